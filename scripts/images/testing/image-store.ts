import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import * as z from "zod";
import { runTool } from "./run-tool.ts";

const configSchema = z.object({
  OCIv1: z.object({
    config: z.object({
      User: z.string(),
      Env: z.array(z.string()),
      Entrypoint: z.array(z.string()),
      Cmd: z.array(z.string()),
      WorkingDir: z.string(),
      StopSignal: z.string(),
      Labels: z.record(z.string(), z.string()),
      ExposedPorts: z.record(z.string(), z.unknown()).default({}),
    }),
  }),
});

/** What an image says of how it is started. */
export type ImageConfig = z.infer<typeof configSchema>["OCIv1"]["config"];

export interface BuildOptions {
  dockerfile: string;
  context: string;
  /** The stage whose image is wanted. @default the last one */
  target?: string;
  /** With what this machine reaches, for builds that install packages of the system. @default none */
  network?: "host" | "none";
  arguments?: Readonly<Record<string, string>>;
  /** Folders of this machine that the build's commands see, by their path there. What they write is thrown away. */
  volumes?: Readonly<Record<string, string>>;
}

/** buildah with a storage of its own. */
export interface ImageStore {
  /** Makes a base image out of folders and archives of a root filesystem, laid one over the other. */
  importRoot(name: string, parts: readonly string[], environment?: Readonly<Record<string, string>>): Promise<void>;
  has(image: string): Promise<boolean>;
  /** Builds, without anything kept of an earlier build unless the storage is kept; answers the image's name. */
  build(name: string, options: BuildOptions): Promise<string>;
  config(image: string): Promise<ImageConfig>;
  /** Writes an archive (Docker's form) that container runtimes import under that name. */
  save(image: string, file: string, reference: string): Promise<void>;
  /** The root filesystem of a new container of the image; what is written there changes no image. */
  mount(image: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * @param kept folder of a storage that stays, with every step of a build; for one user at a time. Without it the storage is a
 * temporary folder, of which nothing is left afterwards.
 */
export async function openImageStore(kept?: string): Promise<ImageStore> {
  const folder = kept ?? mkdtempSync(join(tmpdir(), "froussard-images-"));
  const places = ["--root", join(folder, "storage"), "--runroot", join(folder, "run")];
  const env = { ...process.env, BUILDAH_ISOLATION: "chroot", TMPDIR: join(folder, "tmp") };
  mkdirSync(env.TMPDIR, { recursive: true });
  const buildah = (driver: string, args: readonly string[]) =>
    runTool("buildah", ["--storage-driver", driver, ...places, ...args], env);
  // Copies every layer, but works where overlays do not, as inside a container.
  const driver = await buildah("overlay", ["info"]).then(
    () => "overlay",
    () => "vfs",
  );
  const run = (...args: readonly string[]) => buildah(driver, args);

  return {
    importRoot: async (name, parts, environment = {}) => {
      const container = await run("from", "scratch");
      for (const part of parts) await run("add", "--quiet", container, part, "/");
      for (const [key, value] of Object.entries(environment))
        await run("config", "--env", `${key}=${value}`, container);
      await run("commit", "--quiet", "--rm", container, name);
    },
    has: async (image) => (await run("images", "--quiet", "--filter", `reference=${image}`)) !== "",
    build: async (name, { dockerfile, context, target, network = "none", arguments: args = {}, volumes = {} }) => {
      await run(
        "build",
        "--quiet",
        kept === undefined ? "--no-cache" : "--layers",
        "--pull-never",
        `--network=${network}`,
        ...(target === undefined ? [] : ["--target", target]),
        ...["--file", dockerfile, "--tag", name],
        ...Object.entries(args).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]),
        ...Object.entries(volumes).flatMap(([there, here]) => ["--volume", `${here}:${there}:O`]),
        context,
      );
      return name;
    },
    config: async (image) =>
      configSchema.parse(JSON.parse(await run("inspect", "--type", "image", image))).OCIv1.config,
    save: async (image, file, reference) =>
      void (await run("push", "--quiet", image, `docker-archive:${file}:${reference}`)),
    mount: async (image) => run("mount", await run("from", "--pull-never", image)),
    close: async () => {
      await run("rm", "--all").catch(() => "what it holds is unmounted and deleted below");
      // The innermost first; the storage's own folder is one of them.
      for (const mount of mountsUnder(folder).toReversed()) await runTool("umount", ["--lazy", mount], env);
      if (kept === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function mountsUnder(folder: string): string[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  return lines.flatMap((line) => line.split(" ")[4] ?? []).filter((path) => path.startsWith(`${folder}/`));
}
