import { homedir } from "node:os";
import { join } from "node:path";

/** Where built programs are kept, outside the checkout: the rule of scripts/with-toolchain.mjs. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return env["FROUSSARD_CACHE"] ?? join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "froussard");
}
