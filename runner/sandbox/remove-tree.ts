import { execFile } from "node:child_process";
import { promisify } from "node:util";

/**
 * Removes a folder and all that is in it, whatever the agent made of it: folders without any rights, and deeper ones than
 * a path can name, over which Node.js's own `rm` stumbles. Links are removed, not followed. Nothing may be at work in it.
 * @throws Error when something is left after `timeoutMs`
 */
export async function removeTree(folder: string, path: string, timeoutMs = 600_000): Promise<void> {
  const run = promisify(execFile);
  const options = { env: { PATH: path, LC_ALL: "C" }, timeout: timeoutMs, killSignal: "SIGKILL" as const };
  const remove = () => run("rm", ["-rf", "--", folder], { ...options, maxBuffer: 64 * 1024 * 1024 });
  try {
    await remove();
  } catch {
    // Only folders that we may read can be emptied. What this cannot change, the second try tells.
    await run("chmod", ["-Rf", "u+rwx", "--", folder], options).catch(() => {});
    await remove().catch((cause: unknown) => {
      throw new Error(`folder ${folder} could not be removed; remove it by hand`, { cause });
    });
  }
}
