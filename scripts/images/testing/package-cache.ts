import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { cacheFolder } from "../../../service/testing/cache-folder.ts";
import { runTool } from "./run-tool.ts";

/** What a build without a network installs from. */
export interface PackageCache {
  /** Folder of the npm package itself. */
  npm: string;
  /** npm's cache, with pnpm in it. */
  npmCache: string;
  /** pnpm's store, which this checkout's own packages came from. */
  store: string;
}

const npmVersion = "11.19.1";

/** Gets npm and pnpm from the registry at first use; afterwards they are in the cache. */
export async function packageCache(pnpmVersion: string): Promise<PackageCache> {
  const folder = join(cacheFolder, "images", `npm-${npmVersion}-pnpm-${pnpmVersion}`);
  if (!existsSync(folder)) {
    console.error("froussard: getting npm and pnpm for the images' builds (once)");
    mkdirSync(join(cacheFolder, "images"), { recursive: true });
    const fresh = mkdtempSync(join(cacheFolder, "images", "new-"));
    const quiet = ["--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error", "--prefix"];
    await runTool("npm", ["install", ...quiet, join(fresh, "npm"), `npm@${npmVersion}`], process.env);
    // Installed once as the build does it, so that everything it asks for is in the cache.
    const scratch = mkdtempSync(join(tmpdir(), "froussard-pnpm-"));
    const env = { ...process.env, npm_config_cache: join(fresh, "npm-cache") };
    await runTool("npm", ["install", "--global", ...quiet, scratch, `pnpm@${pnpmVersion}`], env);
    rmSync(scratch, { recursive: true });
    renameSync(fresh, folder);
  }
  return {
    npm: join(folder, "npm", "node_modules", "npm"),
    npmCache: join(folder, "npm-cache"),
    store: await runTool("pnpm", ["store", "path"], process.env),
  };
}
