import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";

export type PlainFile =
  | { executable: boolean; content: Buffer }
  | "absent"
  | "folder"
  | "link"
  /** Pipe, socket, device. */
  | "special"
  /** Its rights keep us out. */
  | "unreadable"
  | "too-large";

/**
 * Reads a file that somebody hostile may have put there, or be changing at this moment: no link is followed, no pipe waited
 * for, and never more than `maxBytes` are held, however large it says that it is. Synchronous, because asynchronous calls
 * take ten times as much time for a small file, and there are thousands.
 */
export function readPlainFile(file: string | Buffer, maxBytes: number): PlainFile {
  let descriptor: number;
  try {
    // A pipe or a device must not even be opened.
    const found = lstatSync(file);
    if (found.isSymbolicLink()) return "link";
    if (found.isDirectory()) return "folder";
    if (!found.isFile()) return "special";
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const kind = kinds[(error as NodeJS.ErrnoException).code ?? ""];
    if (kind === undefined) throw error;
    return kind;
  }
  try {
    const opened = fstatSync(descriptor);
    if (!opened.isFile()) return "special";
    if (opened.size > maxBytes) return "too-large";
    const content = readAtMost(descriptor, opened.size, maxBytes);
    return content === undefined ? "too-large" : { executable: (opened.mode & 0o100) !== 0, content };
  } finally {
    closeSync(descriptor);
  }
}

const kinds: Readonly<Record<string, Exclude<PlainFile, object>>> = {
  ENOENT: "absent",
  ENOTDIR: "absent",
  ELOOP: "link",
  ENXIO: "special",
  EACCES: "unreadable",
  EPERM: "unreadable",
  ENAMETOOLONG: "unreadable",
};

/** To the end of the file, which may move; undefined when that is further than it may be. */
function readAtMost(descriptor: number, size: number, maxBytes: number): Buffer | undefined {
  let buffer = Buffer.allocUnsafe(Math.min(size, maxBytes) + 1);
  let length = 0;
  for (;;) {
    const bytesRead = readSync(descriptor, buffer, length, buffer.length - length, null);
    length += bytesRead;
    if (length > maxBytes) return undefined;
    if (bytesRead === 0) return buffer.subarray(0, length);
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
  }
}
