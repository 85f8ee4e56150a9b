import { existsSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../cluster/machine/packages.ts";
import { runCommand } from "../cluster/run-command.ts";
import type { ClusterState } from "../cluster/state.ts";
import type { Programs } from "../programs/programs.ts";
import { importImage } from "./import-image.ts";
import { platformImages } from "./platform-images.ts";
import { imageHash, writeImageArchive } from "./write-image-archive.ts";

/** Brings every image that is not ours into the node. Their archives are kept in `folder`, and made again when a program changed. */
export async function importPlatformImages(
  state: ClusterState,
  { programs, folder, path, signal }: { programs: Programs; folder: string; path: string; signal: AbortSignal },
): Promise<number> {
  const busybox = findProgram("busybox", path) ?? "/bin/busybox";
  const commands = (await runCommand(busybox, ["--list"])).split("\n").filter(Boolean);
  const images = platformImages({ programs, busybox: { path: busybox, commands } });
  for (const image of images) {
    const short = image.name.replace(/^.*\//, "").replace(":", "-");
    const archive = join(folder, `${short}-${imageHash(image)}.tar`);
    if (!existsSync(archive)) await writeImageArchive(image, archive);
    await importImage(state, archive, signal);
  }
  return images.length;
}
