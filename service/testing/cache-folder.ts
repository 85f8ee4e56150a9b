import { homedir } from "node:os";
import { join } from "node:path";

/** Where tests keep what is costly to get or to make, outside the checkout: the rule of scripts/with-toolchain.mjs. */
export const cacheFolder =
  process.env["FROUSSARD_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "froussard");
