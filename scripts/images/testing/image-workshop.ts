import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type ImageStore, openImageStore } from "./image-store.ts";
import { packageCache } from "./package-cache.ts";
import { makeBase, makeNodeBase } from "./root-filesystem.ts";

const root = join(import.meta.dirname, "..", "..", "..");

/** Folders that images are made of; which files of them, .dockerignore says. */
const sources = ["contract", "github", "service", "scripts"];

export interface ImageWorkshop {
  readonly store: ImageStore;
  /** The base image's root filesystem. */
  readonly base: string;
  /** The sources, as they were at the start: every build is of these. */
  readonly context: string;
  /** Builds one of our Dockerfiles (path in the repository) from this checkout; answers the image's name. */
  build(dockerfile: string, name: string): Promise<string>;
  close(): Promise<void>;
}

/** Builds our Dockerfiles as they are, without a network: bases and packages come from this machine. */
export async function openImageWorkshop(pnpmVersion: string): Promise<ImageWorkshop> {
  const cache = await packageCache(pnpmVersion);
  const folder = mkdtempSync(join(tmpdir(), "froussard-roots-"));
  const base = join(folder, "base");
  const context = join(folder, "context");
  const store = await openImageStore();
  const close = async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  };
  try {
    copySources(context);
    makeBase(base);
    makeNodeBase(join(folder, "node"), cache.npm);
    await store.importFolder("localhost/base", base);
    await store.importFolder("localhost/node", join(folder, "node"), {
      PATH: "/usr/local/bin:/usr/bin:/bin",
      npm_config_offline: "true",
      npm_config_cache: "/npm-cache",
      pnpm_config_offline: "true",
      pnpm_config_store_dir: "/pnpm-store",
      // How old each package is would be asked for in the registry; it was, when this checkout installed them.
      pnpm_config_minimum_release_age: "0",
    });
  } catch (error) {
    await close();
    throw error;
  }
  const build = (dockerfile: string, name: string) =>
    store.build(`localhost/${name}`, {
      dockerfile: join(context, dockerfile),
      context,
      arguments: { NODE_IMAGE: "localhost/node", BASE_IMAGE: "localhost/base" },
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
