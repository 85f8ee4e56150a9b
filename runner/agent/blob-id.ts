import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** A file's id in git: SHA-1, or SHA-256 in a repository of that format, which the length of another id tells. */
export function blobId(content: Buffer, like: string): string {
  return hashOf(content.length, like).update(content).digest("hex");
}

/** The same of a file on disk, read piece by piece; undefined when it has another size. No link is followed. */
export async function blobIdOfFile(path: string, size: number, like: string): Promise<string | undefined> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if ((await handle.stat()).size !== size) return undefined;
    const hash = hashOf(size, like);
    let length = 0;
    // One byte more than it may have shows that it has grown meanwhile.
    for await (const piece of handle.createReadStream({ start: 0, end: size, autoClose: false })) {
      length += piece.length;
      hash.update(piece);
    }
    return length === size ? hash.digest("hex") : undefined;
  } finally {
    await handle.close();
  }
}

function hashOf(size: number, like: string) {
  return createHash(like.length === 64 ? "sha256" : "sha1").update(`blob ${size}\0`);
}
