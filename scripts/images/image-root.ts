import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { extract } from "tar";
import type { Builder } from "./build-calls.ts";

/** What of a root filesystem a bill of materials is made from. */
const wanted =
  /^(\.\/)?(app\/sbom\.cdx\.json|app\/node_modules\/(@[^/]+\/)?[^/]+\/package\.json|var\/lib\/dpkg\/status(\.d\/[^/]+)?|(etc|usr\/lib)\/os-release)$/;

/** Unpacks what is wanted of an archive of a root filesystem, such as `docker export` writes, into a folder. */
export async function unpackWanted(archive: Readable, folder: string): Promise<void> {
  // Links may lead anywhere on this machine.
  const isFile = (entry: object) => "type" in entry && (entry.type === "File" || entry.type === "OldFile");
  await pipeline(
    archive,
    extract({ cwd: folder, strict: true, filter: (path, entry) => wanted.test(path) && isFile(entry) }),
  );
}

/**
 * Hands over a folder with the root filesystem of an image, or what of it is wanted, and takes it away afterwards.
 * @throws Error in the builder's words when it cannot be had
 */
export async function withImageRoot<T>(builder: Builder, image: string, use: (root: string) => T): Promise<T> {
  const run = (...args: string[]) => {
    const { status, stdout, stderr, error } = spawnSync(builder, args, { encoding: "utf8", timeout: 600_000 });
    if (status !== 0) throw new Error(`${builder} ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
    return stdout.trim();
  };
  if (builder === "buildah") {
    const container = run("from", "--pull-never", image);
    try {
      return use(run("mount", container));
    } finally {
      run("rm", container);
    }
  }
  const container = run("create", image);
  const folder = mkdtempSync(join(tmpdir(), "froussard-image-"));
  try {
    const child = spawn(builder, ["export", container], { stdio: ["ignore", "pipe", "inherit"] });
    const [[code]] = await Promise.all([once(child, "close"), unpackWanted(child.stdout, folder)]);
    if (code !== 0) throw new Error(`${builder} export ${container} ended with ${code}`);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
    run("rm", container);
  }
}
