import { chmod, lstat, mkdir } from "node:fs/promises";
import type { Logger } from "pino";

/**
 * The folder for what Node.js compiles, made this user's alone: whoever can write there can run code where the keys are, and
 * Node.js itself would make it with the rights of the caller's umask. Undefined, and logged, where that cannot be had: nothing
 * is kept then, and processes start more slowly.
 */
export async function codeCacheFolder(path: string | undefined, log: Logger): Promise<string | undefined> {
  if (path === undefined) return undefined;
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const found = await lstat(path);
    if (!found.isDirectory() || found.uid !== process.getuid?.())
      throw new Error(`${path} is no folder of this user; remove it`);
    await chmod(path, 0o700);
    return path;
  } catch (error) {
    log.warn({ err: error }, "what Node.js compiles is not kept");
    return undefined;
  }
}
