import { createHash } from "node:crypto";
import {
  copyFileSync,
  createReadStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { chmod, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { create } from "tar";
import type { ImageFile, PlatformImage } from "./image.ts";

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/**
 * Writes an image as an archive of an OCI layout, which `ctr images import` and other tools read. The same files give the
 * same bytes: no time and no owner of this machine's is in it.
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export async function writeImageArchive(image: PlatformImage, archive: string): Promise<void> {
  mkdirSync(dirname(archive), { recursive: true });
  const folder = mkdtempSync(`${archive}.`);
  try {
    const layout = join(folder, "layout");
    mkdirSync(join(layout, "blobs/sha256"), { recursive: true });
    const layer = await writeLayer(image.files, folder, layout);
    const config = writeBlob(layout, imageConfig(image, layer.digest), "application/vnd.oci.image.config.v1+json");
    const type = "application/vnd.oci.image.manifest.v1+json";
    const manifest = writeBlob(layout, { schemaVersion: 2, mediaType: type, config, layers: [layer] }, type);
    const annotations = { "io.containerd.image.name": image.name, "org.opencontainers.image.ref.name": image.name };
    writeFileSync(
      join(layout, "index.json"),
      JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
    );
    writeFileSync(join(layout, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
    const whole = join(folder, "archive.tar");
    await pack(layout, whole);
    await rename(whole, archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Everything that an image's archive depends on, as a short name. Files of programs are named by what they were built from. */
export const imageHash = (image: PlatformImage): string =>
  createHash("sha256").update(JSON.stringify(image)).digest("hex").slice(0, 16);

async function writeLayer(files: readonly ImageFile[], folder: string, layout: string): Promise<Descriptor> {
  const root = join(folder, "root");
  const path = join(folder, "layer.tar");
  for (const file of files) {
    const target = join(root, file.path);
    mkdirSync(dirname(target), { recursive: true, mode: 0o755 });
    if ("linkTo" in file) symlinkSync(file.linkTo, target);
    else {
      if ("from" in file) copyFileSync(file.from, target);
      else writeFileSync(target, file.text);
      await chmod(target, file.mode ?? 0o644);
    }
  }
  await pack(root, path);
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  const digest = hash.digest("hex");
  await rename(path, join(layout, "blobs/sha256", digest));
  const { size } = statSync(join(layout, "blobs/sha256", digest));
  return { mediaType: "application/vnd.oci.image.layer.v1.tar", digest: `sha256:${digest}`, size };
}

/** In the order of the names, since a folder tells them in any; `portable` leaves out who owns a file here: readers take root. */
const pack = (folder: string, file: string) =>
  create(
    { cwd: folder, file, portable: true, mtime: new Date(0), noDirRecurse: true },
    readdirSync(folder, { recursive: true, encoding: "utf8" }).sort(),
  );

const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** @see https://github.com/opencontainers/image-spec/blob/main/config.md */
export function imageConfig({ entrypoint, user }: PlatformImage, layer: string) {
  return {
    architecture: architectures[process.arch] ?? process.arch,
    os: "linux",
    config: {
      Entrypoint: entrypoint,
      Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
      ...(user !== undefined && { User: user }),
    },
    // The layer is not compressed, so that its digest is that of its content.
    rootfs: { type: "layers", diff_ids: [layer] },
  };
}

function writeBlob(layout: string, content: object, mediaType: string): Descriptor {
  const bytes = Buffer.from(JSON.stringify(content));
  const digest = createHash("sha256").update(bytes).digest("hex");
  writeFileSync(join(layout, "blobs/sha256", digest), bytes);
  return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
}
