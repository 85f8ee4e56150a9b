import type { Manifest } from "../validate-manifest.ts";

/** The objects of a deployment, by kind, namespace and name. */
export interface Objects {
  all: readonly Manifest[];
  ofKind(...kinds: readonly string[]): Manifest[];
  find(kind: string, namespace: string, name: string | undefined): Manifest | undefined;
}

export function objectsOf(all: readonly Manifest[]): Objects {
  const ofKind = (...kinds: readonly string[]) => all.filter(({ kind }) => kinds.includes(kind));
  return {
    all,
    ofKind,
    find: (kind, namespace, name) =>
      ofKind(kind).find(({ metadata }) => metadata?.name === name && metadata?.namespace === namespace),
  };
}

/** How an object is called in messages. */
export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata?.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata?.name}`;
}

export function namespaceOf({ metadata }: Manifest): string {
  return metadata?.namespace ?? "";
}
