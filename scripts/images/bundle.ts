import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { build, type Metafile, type Plugin } from "esbuild";
import { bundleBill, bundleBillName } from "./bill/bundle-bill.ts";
import { bundledPackages } from "./bundled-packages.ts";
import { ownSourcesAlone } from "./own-sources-alone.ts";
import { thirdPartyLicenses } from "./third-party-licenses.ts";

/**
 * Makes one file of a program and every package that it uses, for an image that has Node.js alone.
 * Same sources, same bytes: neither time nor folder is in it.
 *
 *   node scripts/images/bundle.ts <entry> <folder> [--also <module>]
 *
 * Writes <folder>/main.mjs, its source map, THIRD-PARTY-LICENSES and the bill of materials. A module that the program starts by its path is named
 * with --also, as the program resolves it (codex-runner/sandbox/probe); it becomes a file beside main.mjs, which package.json
 * there leads to.
 */
const usage = "usage: node scripts/images/bundle.ts <entry> <folder> [--also <module>]";
const root = join(import.meta.dirname, "..", "..");
const { positionals, values } = parseArgs({ allowPositionals: true, options: { also: { type: "string" } } });
const [entry, folder] = positionals;
if (!entry || !folder || positionals.length > 2) throw new Error(usage);
const also = values.also === undefined ? undefined : secondProgram(values.also, entry);

/** CommonJS packages call `require` for the parts of Node.js, which a module has to make for itself. */
const banner = `import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);`;

/** Packages that others try to load and do without: none is installed, each makes something faster or is not used. */
const optional = new Set(["bufferutil", "utf-8-validate"]);

/** The package's other entry holds its WebAssembly; the first one reads a file that lies beside it. */
const wasmInside: Plugin = {
  name: "wasm-inside",
  setup: ({ onResolve, resolve }) =>
    onResolve({ filter: /^@platformatic\/wasm-utils$/ }, ({ path, kind, importer, resolveDir }) =>
      resolve(`${path}/bundled`, { kind, importer, resolveDir }),
    ),
};

const { outputFiles, metafile } = await build({
  absWorkingDir: root,
  entryPoints: [{ in: entry, out: "main" }, ...(also ? [{ in: also.file, out: also.name }] : [])],
  // Not written there: the source map's paths are relative to it, so they begin at the repository's root.
  outdir: ".",
  outExtension: { ".js": ".mjs" },
  write: false,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  banner: { js: banner },
  plugins: [wasmInside],
  // Stack traces need the positions alone, and name the file and line of the repository.
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});
checkComplete(metafile, outputFiles.map(({ text }) => text).join("\n"));

mkdirSync(folder, { recursive: true });
for (const { path, text } of outputFiles)
  writeFileSync(join(folder, basename(path)), path.endsWith(".map") ? ownSourcesAlone(text) : text, {
    mode: text.startsWith("#!") ? 0o755 : 0o644,
  });
const packages = bundledPackages(metafile, root);
writeFileSync(join(folder, "THIRD-PARTY-LICENSES"), thirdPartyLicenses(packages));
writeFileSync(
  join(folder, bundleBillName),
  bundleBill({
    program: programOf(entry),
    packages,
    lockFile: readFileSync(join(root, "pnpm-lock.yaml"), "utf8"),
    nodeVersion: process.versions.node,
  }),
);
if (also) writeFileSync(join(folder, "package.json"), `${JSON.stringify(also.manifest, null, 2)}\n`);

/** A module by its public name, and the package.json by which the bundle finds it under the same name. */
function secondProgram(specifier: string, from: string) {
  const file = relative(root, createRequire(join(root, from)).resolve(specifier));
  const name = basename(file, ".ts");
  const [packageName = "", ...path] = specifier.split("/");
  const exports = { [`./${path.join("/")}`]: `./${name}.mjs` };
  return { file, name, manifest: { name: packageName, private: true, type: "module", exports } };
}

/** Name and version of the package that a program is of. */
function programOf(file: string): { name: string; version: string } {
  const [top = ""] = relative(root, join(root, dirname(file))).split("/");
  return JSON.parse(readFileSync(join(root, top, "package.json"), "utf8"));
}

/** What the one file would look for beside itself is not there. @throws Error that names it */
function checkComplete({ outputs }: Metafile, text: string): void {
  const missing = Object.values(outputs)
    .flatMap(({ imports }) => imports.map(({ path }) => path))
    .filter((path) => !isBuiltin(path) && !optional.has(path));
  // Outside of comments.
  const code = text.replaceAll(/^\s*(\*|\/\/).*$/gm, "");
  const files = code.match(/new URL\([^()]*import\.meta\.url\)|import\.meta\.(dirname|filename)/g) ?? [];
  if (missing.length + files.length > 0)
    throw new Error(`${entry} cannot be one file, it looks for others: ${[...missing, ...files].join(", ")}`);
}
