/** A file of an image. */
export type ImageFile =
  | { path: string; from: string; mode?: number }
  | { path: string; text: string; mode?: number }
  | { path: string; linkTo: string };

/** An image of one layer, made from files of this machine; everything in it belongs to root. */
export interface PlatformImage {
  /** In full, with registry and tag, as the manifests name it. */
  name: string;
  files: readonly ImageFile[];
  entrypoint: readonly string[];
  /** @default root */
  user?: string;
}
