import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { debianArchive } from "./debian-archive.ts";
import { type BuildOptions, type ImageStore, openImageStore } from "./image-store.ts";
import { packageCache } from "./package-cache.ts";
import { addNode, makeBase, makeNodeBase } from "./root-filesystem.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** Folders that images are made of; which files of them, .dockerignore says. */
const sources = ["contract", "github", "service", "runner", "scripts"];

export interface ImageWorkshop {
  readonly store: ImageStore;
  /** The base image's root filesystem. */
  readonly base: string;
  /** The sources, as they were at the start: every build is of these. */
  readonly context: string;
  /** Builds one of our Dockerfiles (path in the repository), or a stage of it, from this checkout; answers the image's name. */
  build(dockerfile: string, name: string, options?: Pick<BuildOptions, "target" | "arguments">): Promise<string>;
  close(): Promise<void>;
}

export interface WorkshopOptions {
  pnpmVersion: string;
  /**
   * What builds install packages of the system into: then Node.js's image is made of a Debian of its own, and they have the
   * network for it. @default false
   */
  debian?: boolean;
  /** Folder of a storage that stays, for builds of these same bases: see `openImageStore`. @default nothing stays */
  storage?: string;
}

/** Builds our Dockerfiles as they are: bases and npm's packages come from this machine, Debian's from its mirror. */
export async function openImageWorkshop({
  pnpmVersion,
  debian = false,
  storage,
}: WorkshopOptions): Promise<ImageWorkshop> {
  const cache = await packageCache(pnpmVersion);
  const folder = mkdtempSync(join(tmpdir(), "froussard-roots-"));
  const base = join(folder, "base");
  const context = join(folder, "context");
  const store = await openImageStore(storage);
  const close = async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  };
  try {
    copySources(context);
    makeBase(base);
    if (!(await store.has("localhost/node"))) {
      (debian ? addNode : makeNodeBase)(join(folder, "node"), cache.npm);
      await store.importRoot("localhost/base", [base]);
      await store.importRoot("localhost/node", [...(debian ? [await debianArchive()] : []), join(folder, "node")], {
        PATH: "/usr/local/bin:/usr/bin:/bin",
        npm_config_offline: "true",
        npm_config_cache: "/npm-cache",
        pnpm_config_offline: "true",
        pnpm_config_store_dir: "/pnpm-store",
        // How old each package is would be asked for in the registry; it was, when this checkout installed them.
        pnpm_config_minimum_release_age: "0",
      });
    }
  } catch (error) {
    await close();
    throw error;
  }
  const build: ImageWorkshop["build"] = (dockerfile, name, options = {}) =>
    store.build(`localhost/${name}`, {
      dockerfile: join(context, dockerfile),
      context,
      network: debian ? "host" : "none",
      ...options,
      arguments: { NODE_IMAGE: "localhost/node", BASE_IMAGE: "localhost/base", ...options.arguments },
      volumes: { "/npm-cache": cache.npmCache, "/pnpm-store/v11": cache.store },
    });
  return { store, base, context, build, close };
}

function copySources(to: string): void {
  for (const name of [".dockerignore", "package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", ...sources])
    cpSync(join(root, name), join(to, name), {
      recursive: true,
      filter: (path) => basename(path) !== "node_modules",
    });
}
