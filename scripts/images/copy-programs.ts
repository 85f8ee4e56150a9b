import { execFileSync } from "node:child_process";
import { cpSync, existsSync, lstatSync, mkdirSync, readlinkSync, realpathSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";

/**
 * Copies programs of this Debian system with the shared libraries that they load, for an image without a package manager:
 *
 *   node scripts/images/copy-programs.ts <folder> <program>…
 *
 * What the base image brings is left out. Of each package that something comes from, the licence goes along, and its
 * description to where distroless images keep theirs, so that scanners for vulnerabilities see it.
 */
const { positionals } = parseArgs({ allowPositionals: true });
const [folder, ...programs] = positionals;
if (!folder || programs.length === 0)
  throw new Error("usage: node scripts/images/copy-programs.ts <folder> <program>…");

/** In every base image that has glibc and libstdc++; another copy of the C library would not fit its own loader. */
const packagesOfBase = new Set(["libc6", "libgcc-s1", "libstdc++6", "gcc-12-base"]);

const packages = new Set<string>();
for (const program of programs) {
  copy(program);
  for (const library of librariesOf(program)) if (!packagesOfBase.has(packageOf(library))) copy(library);
}
for (const name of [...packages].sort()) {
  const copyright = `/usr/share/doc/${name}/copyright`;
  if (!existsSync(copyright)) throw new Error(`package ${name} has no ${copyright}; its licence must go along`);
  write(copyright, realpathSync(copyright));
  const description = execFileSync("dpkg-query", ["--status", name], { encoding: "utf8" });
  const file = join(folder, "var/lib/dpkg/status.d", name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, description);
}

/** A file or a link with what it leads to; libraries go where the loader looks for them in any layout, below /usr. */
function copy(path: string): void {
  packages.add(packageOf(path));
  const there = path.startsWith("/lib") ? `/usr${path}` : path;
  if (lstatSync(path).isSymbolicLink() && !basename(path).includes(".so")) {
    mkdirSync(dirname(join(folder ?? "", there)), { recursive: true });
    cpSync(path, join(folder ?? "", there), { verbatimSymlinks: true });
    copy(resolve(dirname(path), readlinkSync(path)));
  } else write(there, realpathSync(path));
}

function write(there: string, from: string): void {
  cpSync(from, join(folder ?? "", there), { preserveTimestamps: true });
}

function librariesOf(program: string): string[] {
  const text = execFileSync("ldd", [program], { encoding: "utf8" });
  if (text.includes("not found")) throw new Error(`a library of ${program} is missing:\n${text}`);
  return [...text.matchAll(/=> (\/\S+)/g)].flatMap(([, library]) => library ?? []);
}

/** The package that a file is of. Since /lib is a link into /usr, dpkg knows some files by the one name, some by the other. */
function packageOf(path: string): string {
  for (const name of [path, `/usr${path}`, path.replace(/^\/usr/, "")]) {
    try {
      const text = execFileSync("dpkg-query", ["--search", name], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      });
      return text.split(/[:,]/, 1)[0] ?? "";
    } catch {
      // dpkg ends with 1 for a name that it does not know; the next one is tried.
    }
  }
  throw new Error(`no package of this system holds ${path}`);
}
