import { Header, type HeaderData, Pax } from "tar";

const blockBytes = 512;

export interface TarEntry {
  path: string;
  type: "File" | "Directory" | "SymbolicLink";
  mode: number;
  /** Bytes of content that follow; padded with {@link tarPadding}. */
  size: number;
  linkpath?: string;
  mtime: Date;
}

/** The head of a tar entry, with an extended (pax) head before it when a name does not fit the old fields. */
export function tarHead(entry: TarEntry): Buffer {
  // What looks like a drive of Windows would be cut off when the archive is unpacked.
  const path = /^[A-Za-z]:/.test(entry.path) ? `./${entry.path}` : entry.path;
  const data: HeaderData = { ...entry, path, uid: 0, gid: 0, uname: "", gname: "" };
  const header = new Header(data);
  const block = Buffer.alloc(blockBytes);
  if (!header.encode(block)) return block;
  const { linkpath, size, mtime } = entry;
  return Buffer.concat([new Pax({ path, size, mtime, ...(linkpath && { linkpath }) }).encode(), block]);
}

/** Zeros up to the next block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
}

/** Two empty blocks end an archive. */
export const tarEnd = Buffer.alloc(2 * blockBytes);
