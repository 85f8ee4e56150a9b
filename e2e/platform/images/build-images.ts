import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { openImageWorkshop } from "../../../scripts/images/testing/image-workshop.ts";
import { cacheFolder } from "../../../service/testing/cache-folder.ts";
import { runCommand } from "../cluster/run-command.ts";
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
 * @throws Error with what the builder said
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
  const storage = join(
    cache,
    `storage-${createHash("sha256").update(JSON.stringify(machine)).digest("hex").slice(0, 16)}`,
  );
  if (missing.length > 0) await build({ cache, storage }, missing, report);
  return wanted.map(({ use, reference, archive }) => ({ use, reference, archive }));
}

async function build(
  { cache, storage }: { cache: string; storage: string },
  wanted: readonly { image: ProjectImage; reference: string; archive: string }[],
  report: (line: string) => void,
): Promise<void> {
  mkdirSync(cache, { recursive: true });
  await forgetSteps(storage);
  const workshop = await openImageWorkshop({
    pnpmVersion: (await runCommand("pnpm", ["--version"])).trim(),
    debian: true,
    storage,
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
      forgetOld(cache, image.name);
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    await workshop.close();
  }
}

/** Steps of earlier states pile up in the storage; a large one is begun anew. */
async function forgetSteps(storage: string): Promise<void> {
  if (!existsSync(storage)) return;
  const kibibytes = Number.parseInt(await runCommand("du", ["--summarize", "--one-file-system", storage]), 10);
  if (kibibytes > mostKibibytes) rmSync(storage, { recursive: true, force: true });
}
const mostKibibytes = 20 * 1024 ** 2;

/** Archives are large, and of another checkout's state soon: the latest two of each image stay. */
function forgetOld(cache: string, image: string): void {
  const archives = readdirSync(cache)
    .filter((name) => name.startsWith(`${image}-`) && name.endsWith(".tar"))
    .map((name) => join(cache, name))
    .sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  for (const old of archives.slice(2)) rmSync(old, { force: true });
}

function releaseOfSystem(): string {
  return /^VERSION=.*$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[0] ?? "unknown";
}
