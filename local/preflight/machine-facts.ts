import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, rmdir, stat, statfs, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { claimFolder } from "../run/single-instance.ts";

/** What a program printed for `--version`, or why it did not. */
export type VersionAnswer = { output: string } | { reason: string };

/** Runs `<program> --version` with a time limit and next to no environment. */
export async function askVersion(program: string, path: string, timeoutMs: number): Promise<VersionAnswer> {
  try {
    const { stdout } = await promisify(execFile)(program, ["--version"], {
      env: { PATH: path, LANG: "C", HOME: "/nonexistent" },
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    return { output: stdout.trim() };
  } catch (error) {
    const { killed, code, stderr } = error as { killed?: boolean; code?: string | number; stderr?: string };
    if (killed) return { reason: `no answer within ${timeoutMs / 1000} s` };
    return { reason: stderr?.trim().slice(0, 200) || `it ended with ${code}` };
  }
}

export type FolderFacts =
  | {
      folder: string;
      /** Whether files of ours can be kept from others there; not so on some mounted drives. */
      keepsPrivate: boolean;
      /** Another process works in it. */
      busy: boolean;
      freeBytes: number;
    }
  | { folder: string; reason: string };

/** Tries the data folder by using it; what had to be made for that is taken away again. */
export async function tryFolder(given: string): Promise<FolderFacts> {
  const folder = resolve(given);
  let made: string | undefined;
  try {
    made = await mkdir(folder, { recursive: true, mode: 0o700 });
    const probe = await mkdtemp(join(folder, "preflight-"));
    try {
      await writeFile(join(probe, "file"), "x", { mode: 0o600 });
      const { mode } = await stat(join(probe, "file"));
      const { bavail, bsize } = await statfs(folder);
      return { folder, keepsPrivate: (mode & 0o077) === 0, busy: !made && isBusy(folder), freeBytes: bavail * bsize };
    } finally {
      await rm(probe, { recursive: true, force: true });
    }
  } catch (error) {
    return { folder, reason: (error as Error).message.split(",")[0] ?? "" };
  } finally {
    if (made !== undefined) await removeEmpty(folder, made);
  }
}

/** A folder that was never claimed has no lock to look at, and shall not get one by our looking. */
function isBusy(folder: string): boolean {
  if (!existsSync(join(folder, "lock"))) return false;
  try {
    claimFolder(folder).release();
    return false;
  } catch {
    // That it cannot be claimed is the answer.
    return true;
  }
}

async function removeEmpty(folder: string, first: string): Promise<void> {
  for (let each = folder; each.startsWith(first); each = dirname(each)) await rmdir(each);
}

/** Whether a port of 127.0.0.1 can be listened on; answers the system's code when not. */
export function tryPort(port: number): Promise<{ port: number; code?: string }> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve({ port, code: error.code ?? error.message }));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve({ port })));
  });
}
