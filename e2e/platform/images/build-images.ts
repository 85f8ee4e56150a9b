import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { installImageTools, runImageTools } from "../../../scripts/images/testing/image-tools.ts";
import { openImageWorkshop } from "../../../scripts/images/testing/image-workshop.ts";
import { runTool } from "../../../scripts/images/testing/run-tool.ts";
import { cacheFolder } from "../../../service/testing/cache-folder.ts";
import { missingTool } from "../../../service/testing/tools.ts";
import { imageHash, type ProjectImage, projectImages } from "./image-inputs.ts";

/** An image of ours, as an archive that a container runtime takes. */
export interface BuiltImage {
  /** What the settings call it: `service`, `runner`, `agent`. */
  use: ProjectImage["use"];
  /** Whole name; its tag is the hash of what it is made of, so that a changed image is another one. */
  reference: string;
  archive: string;
}

/**
 * Builds our Dockerfiles as `scripts/build-images.sh` has them built, or takes the archives of an earlier build of the same
 * files from the cache. The bases are made on this machine (docs/images.md, "How they are tested").
 * @throws Error when a tool is missing, saying how to install it
 */
export async function buildImages(root: string, report: (line: string) => void): Promise<BuiltImage[]> {
  const cache = join(cacheFolder, "images", "platform");
  const machine = [`node ${process.version}`, `${process.platform}/${process.arch}`, releaseOfSystem()];
  const wanted = projectImages.map((image) => {
    const hash = imageHash(root, image, machine);
    const reference = `registry.example.org/e2e/${image.name}:${hash}`;
    return { image, use: image.use, reference, archive: join(cache, `${image.name}-${hash}.tar`) };
  });
  const missing = wanted.filter(({ archive }) => !existsSync(archive));
  if (missing.length > 0) await build(cache, missing, report);
  return wanted.map(({ use, reference, archive }) => ({ use, reference, archive }));
}

async function build(
  cache: string,
  wanted: readonly { image: ProjectImage; reference: string; archive: string }[],
  report: (line: string) => void,
): Promise<void> {
  installImageTools();
  const tool = missingTool(runImageTools);
  if (tool) throw new Error(tool);
  mkdirSync(cache, { recursive: true });
  const workshop = await openImageWorkshop({
    pnpmVersion: await runTool("pnpm", ["--version"], process.env),
    debian: wanted.some(({ image }) => image.use !== "service"),
  });
  const fresh = mkdtempSync(join(cache, "new-"));
  try {
    for (const { image, reference, archive } of wanted) {
      report(`building the image ${image.name}`);
      const options = "target" in image ? { target: image.target } : {};
      const built = await workshop.build(image.dockerfile, image.name, options);
      const file = join(fresh, `${image.name}.tar`);
      await workshop.store.save(built, file, reference);
      renameSync(file, archive);
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    await workshop.close();
  }
}

function releaseOfSystem(): string {
  return /^VERSION=.*$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[0] ?? "unknown";
}
