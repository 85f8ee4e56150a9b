import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The native Codex program and what it brings along. */
export interface CodexBinary {
  /** The program itself, not the npm package's Node.js wrapper: one process less to watch and to kill. */
  path: string;
  /** Folder that the program needs whole (its helpers lie beside it). */
  folder: string;
  /** Version of the npm package; absent for a program named by `CODEX_BIN`. */
  version?: string;
  /** The bubblewrap that Codex ships for Linux. */
  bwrap?: string;
}

/**
 * The pinned Codex program for this platform, or the one that `override` (`CODEX_BIN`) names.
 * @throws Error when there is none, with what to install.
 */
export function findCodex(override?: string): CodexBinary {
  if (override) {
    assertExecutable(override, "CODEX_BIN names it");
    const folder = dirname(override);
    const whole = dirname(folder);
    // One that lies as the npm package lays it out needs what lies beside its folder.
    return { path: override, folder: existsSync(join(whole, "codex-package.json")) ? whole : folder };
  }
  const main = createRequire(import.meta.url).resolve("@openai/codex/package.json");
  const target = `@openai/codex-${process.platform}-${process.arch}`;
  let manifest: string;
  try {
    manifest = createRequire(main).resolve(`${target}/package.json`);
  } catch (cause) {
    throw new Error(`package ${target} is not installed; install the packages with optional ones, or set CODEX_BIN`, {
      cause,
    });
  }
  const vendor = join(dirname(manifest), "vendor");
  const triple = readdirSync(vendor).find((name) => existsSync(join(vendor, name, "bin", "codex")));
  if (!triple) throw new Error(`no codex program under ${vendor}; reinstall the packages, or set CODEX_BIN`);
  const folder = join(vendor, triple);
  const path = join(folder, "bin", "codex");
  assertExecutable(path, `package ${target} holds it`);
  const bwrap = join(folder, "codex-resources", "bwrap");
  return {
    path,
    folder,
    version: versionIn(main),
    ...(existsSync(bwrap) && { bwrap }),
  };
}

/** The version that this program is made for: that of the npm package, whatever `CODEX_BIN` names. */
export function supportedCodexVersion(): string {
  return versionIn(createRequire(import.meta.url).resolve("@openai/codex/package.json"));
}

const versionIn = (manifest: string) => (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;

function assertExecutable(path: string, why: string): void {
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new Error(`codex program ${path} cannot be executed (${why}); reinstall it or set CODEX_BIN`, { cause });
  }
}
