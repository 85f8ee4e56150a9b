import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";
import type { CodexBinary } from "../codex/codex-binary.ts";
import { type Bubble, inBubble, type Mount } from "./bubble.ts";

/** Parts of /etc that programs need and that hold nothing private. */
const etc = [
  "/etc/alternatives",
  "/etc/ca-certificates",
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/localtime",
  "/etc/mime.types",
  "/etc/pki/ca-trust/extracted",
  "/etc/pki/tls/certs",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
];

/** /usr, and what beside it belongs to the system: a link on most machines, a folder on some. */
export function systemMounts(): Bubble["system"] {
  const folders = ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].filter((path) => existsSync(path));
  return [
    { source: "/usr", destination: "/usr" },
    ...folders.map((path) =>
      lstatSync(path).isSymbolicLink()
        ? { link: path, target: readlinkSync(path) }
        : { source: path, destination: path },
    ),
  ];
}

export interface ReadableOptions {
  codex: CodexBinary;
  /** The Node.js that runs us, and that the agent is run with. */
  node: string;
  /** PATH of this process: where to look for npm. */
  path: string;
  /** Folder with `passwd`, `group` and `hosts` as the agent shall see them. */
  etcFolder: string;
  /** Absolute paths that the operator lets the agent read besides (`CODEX_READABLE_PATHS`). */
  morePaths: readonly string[];
}

/**
 * Everything that the agent may read besides the system: parts of /etc, Node.js with npm, our packages and what they
 * depend on, Codex. Never the checkout's root, its `.git`, a dot file beside the code, or anything of the user's home.
 */
export function readableMounts({ codex, node, path, etcFolder, morePaths }: ReadableOptions): Mount[] {
  const same = (file: string) => ({ source: file, destination: file });
  const wrong = morePaths.filter((each) => !isAbsolute(each) || !existsSync(each) || each === "/");
  if (wrong.length > 0)
    throw new Error(
      `readable paths ${wrong.join(", ")} do not exist or are not absolute; correct CODEX_READABLE_PATHS`,
    );
  const npm = findNpm(path);
  return [
    ...etc.filter((file) => existsSync(file)).map(same),
    ...["passwd", "group", "hosts"].map((name) => ({
      source: join(etcFolder, name),
      destination: `/etc/${name}`,
    })),
    { source: realpathSync(node), destination: inBubble.node },
    ...(npm === undefined ? [] : [{ source: npm, destination: inBubble.npm }]),
    ...codeMounts(),
    ...(codex.version === undefined ? [{ source: codex.folder, destination: codex.folder }] : []),
    ...morePaths.map(same),
  ];
}

/** Whether a file lies in what every agent may read, or the operator lets it read. */
export function isReadable(file: string, morePaths: readonly string[]): boolean {
  const path = existsSync(file) ? realpathSync(file) : file;
  const system = systemMounts().flatMap((entry) => ("source" in entry ? [entry.source] : []));
  const folders = [...system, ...etc, ...codeMounts().map(({ source }) => source), ...morePaths];
  return folders
    .map((folder) => (existsSync(folder) ? realpathSync(folder) : folder))
    .some((folder) => path === folder || path.startsWith(`${folder}/`));
}

/** npm's own folder when it does not lie under /usr, where the agent sees it anyway (nvm and its like). */
function findNpm(path: string): string | undefined {
  const found = path
    .split(":")
    .map((folder) => join(folder, "npm"))
    .find((file) => isAbsolute(file) && existsSync(file));
  if (found === undefined) return undefined;
  const folder = dirname(dirname(realpathSync(found)));
  return folder.startsWith("/usr/") || !existsSync(join(folder, "bin", "npm-cli.js")) ? undefined : folder;
}

/** Our packages, entry by entry so that no dot file comes along, laid out as they are in the checkout. */
function codeMounts(): Mount[] {
  const runner = dirname(import.meta.dirname);
  const root = dirname(runner);
  const manifest = JSON.parse(readFileSync(join(runner, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const packages = Object.entries(manifest.dependencies)
    .filter(([, version]) => version.startsWith("workspace:"))
    .map(([name]) => realpathSync(join(runner, "node_modules", name)));
  const entries = [runner, ...packages].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => !name.startsWith("."))
      .map((name) => join(folder, name)),
  );
  return [...entries, join(root, "node_modules")].map((source) => ({
    source,
    destination: join(inBubble.code, relative(root, source)),
  }));
}
