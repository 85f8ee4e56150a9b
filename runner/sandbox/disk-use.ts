import { execFile } from "node:child_process";
import { statfs } from "node:fs/promises";
import { promisify } from "node:util";

/**
 * Room that a folder takes, in MiB. Infinite when its files cannot be counted in time: there are too many. What lies in
 * folders that the agent made unreadable is not seen; the free room of the disk is looked at besides.
 * @throws Error when there is no such folder
 */
export async function diskUse(folder: string, path: string, timeoutMs: number): Promise<number> {
  try {
    return mebibytes(await du(folder, path, timeoutMs));
  } catch (error) {
    const { killed, stdout = "" } = error as { killed?: boolean; stdout?: string };
    if (killed) return Number.POSITIVE_INFINITY;
    // It ends with 1 also when a file went away while it was counting; the sum stands there all the same.
    if (/^\d+\s/.test(stdout)) return mebibytes(stdout);
    throw new Error(`the room that ${folder} takes could not be measured`, { cause: error });
  }
}

async function du(folder: string, path: string, timeoutMs: number): Promise<string> {
  const options = { env: { PATH: path, LC_ALL: "C" }, timeout: timeoutMs, killSignal: "SIGKILL" } as const;
  const { stdout } = await promisify(execFile)("du", ["-skx", "--", folder], {
    ...options,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

function mebibytes(output: string): number {
  return Number(/^(\d+)/.exec(output)?.[1]) / 1024;
}

/** Free room on the disk of a folder (MiB, for who is not root), and how many files more it takes. */
export async function freeDisk(folder: string): Promise<{ roomMiB: number; files: number }> {
  const { bavail, bsize, files, ffree } = await statfs(folder);
  // Some file systems (btrfs) make room for files as they come, and tell of none.
  return { roomMiB: (bavail * bsize) / (1024 * 1024), files: files > 0 ? ffree : Number.POSITIVE_INFINITY };
}
