import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { cacheFolder } from "../../../service/testing/cache-folder.ts";
import { runTool } from "./run-tool.ts";

const release = "bookworm";

/** Archive of a root filesystem: the least Debian that can install packages, as under Node.js's image. Made at first use. */
export async function debianArchive(): Promise<string> {
  const folder = join(cacheFolder, "images");
  const archive = join(folder, `debian-${release}.tar`);
  if (existsSync(archive)) return archive;
  console.error(`froussard: making a Debian ${release} for the images' builds (once)`);
  mkdirSync(folder, { recursive: true });
  const fresh = mkdtempSync(join(folder, "new-"));
  try {
    const made = join(fresh, "root.tar");
    await runTool(
      "mmdebstrap",
      ["--quiet", "--variant=minbase", "--include=ca-certificates", release, made],
      process.env,
    );
    renameSync(made, archive);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return archive;
}
