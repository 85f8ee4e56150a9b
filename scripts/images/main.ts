import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { Command, InvalidArgumentError, Option } from "commander";
import { imageBill } from "./bill/image-bill.ts";
import { type Builder, type BuildSettings, buildCalls, builders, type ImageName, imageNames } from "./build-calls.ts";
import { withImageRoot } from "./image-root.ts";

const root = join(import.meta.dirname, "..", "..");
const { version }: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

interface Options extends Omit<BuildSettings, "builder" | "revision" | "version" | "buildArguments"> {
  builder?: Builder;
  tag: string;
  buildArg: string[];
  sbom?: string;
  print?: true;
}

const names = (text: string): ImageName[] =>
  text.split(",").map((name) => {
    const found = imageNames.find((each) => each === name);
    if (!found) throw new InvalidArgumentError(`"${name}" is none of ${imageNames.join(", ")}.`);
    return found;
  });
const tag = (text: string) => {
  if (!/^\w[\w.-]{0,127}$/.test(text) || text === "latest")
    throw new InvalidArgumentError(`"${text}" says no version.`);
  return text;
};
const assignment = (text: string, before: string[]) => {
  if (!/^\w+=./.test(text)) throw new InvalidArgumentError(`"${text}" is not NAME=value.`);
  return [...before, text];
};

const exit = ({ exitCode }: { exitCode: number }) => process.exit(exitCode === 0 ? 0 : 2);
const command = new Command("scripts/build-images.sh")
  .description("Build the images froussard, codex-runner and codex-agent from this checkout (docs/images.md)")
  .addOption(new Option("--builder <program>", "what builds (default: the first of them that works)").choices(builders))
  .option("--registry <prefix>", "registry and account in the images' names", "ghcr.io/gregkonush")
  .option("--tag <version>", "tag of all images, and version in their labels", tag, version)
  .option("--only <names>", `some of them, with commas: ${imageNames.join(",")}`, names, imageNames)
  .option("--platform <platform>", "linux/amd64 or linux/arm64 (default: the builder's own)")
  .option(
    "--build-arg <NAME=value>",
    "more build arguments, NODE_IMAGE=…@sha256:… for example; may be repeated",
    assignment,
    [],
  )
  .option("--sbom <folder>", "write a bill of materials of each image there (CycloneDX: <image>.cdx.json)")
  .option("--print", "only print the commands")
  .addHelpText(
    "after",
    `
Examples:
  scripts/build-images.sh
  scripts/build-images.sh --registry registry.example.org/team --only codex-runner,codex-agent
  scripts/build-images.sh --print | sh -x

Ends with 1 when a build fails or no builder works, 2 for a wrong option.`,
  )
  .exitOverride(exit)
  .parse();

const options = command.opts<Options>();
const builder = options.builder ?? (options.print ? "docker" : workingBuilder());
const calls = buildCalls({
  ...options,
  builder,
  version: options.tag,
  revision: revision(),
  buildArguments: options.buildArg,
});
for (const [program = "", ...args] of calls) {
  console.log([program, ...args].join(" "));
  if (options.print) continue;
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) fail(`${program} could not build: ${error?.message ?? `exit code ${status}`}`);
}

if (options.sbom !== undefined && !options.print) {
  mkdirSync(options.sbom, { recursive: true });
  for (const name of options.only) {
    const file = join(options.sbom, `${name}.cdx.json`);
    const bill = (folder: string) => imageBill({ name, version: options.tag }, folder);
    writeFileSync(file, await withImageRoot(builder, `${options.registry}/${name}:${options.tag}`, bill));
    console.log(`bill of materials: ${file}`);
  }
}

/** One that is installed and can work: a client of docker without its daemon can not. */
function workingBuilder(): Builder {
  const works = (builder: Builder) => spawnSync(builder, ["info"], { stdio: "ignore", timeout: 30_000 }).status === 0;
  return builders.find(works) ?? fail(`none of ${builders.join(", ")} works here; install one, or start its daemon`);
}

/** The commit of a clean checkout; empty for any other, which no label could name. */
function revision(): string {
  const git = (...args: string[]) => spawnSync("git", args, { cwd: root, encoding: "utf8" });
  const head = git("rev-parse", "HEAD");
  const changes = git("status", "--porcelain");
  return head.status === 0 && changes.status === 0 && changes.stdout === "" ? head.stdout.trim() : "";
}

function fail(message: string): never {
  console.error(`froussard: ${message}`);
  process.exit(1);
}
