import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const TARGETS: Readonly<Record<string, string>> = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
};

/** The path of the real Codex binary, as `@openai/codex` installs it for this machine. */
export function codexBinary(): string {
  const machine = `${process.platform}-${process.arch}`;
  const wrapper = createRequire(import.meta.url).resolve("@openai/codex/package.json");
  const platform = createRequire(wrapper).resolve(`@openai/codex-${machine}/package.json`);
  const binary = join(dirname(platform), "vendor", TARGETS[machine] ?? machine, "bin", "codex");
  if (!existsSync(binary)) throw new Error(`no codex binary at ${binary}; run pnpm install`);
  return binary;
}

export interface CodexRun {
  readonly exitCode: number | null;
  readonly events: readonly CodexEvent[];
  readonly stderr: string;
}

/** A line of `codex exec --json`, as far as the tests look at it. */
export interface CodexEvent {
  readonly type: string;
  readonly message?: string;
  readonly error?: { readonly message: string };
  readonly item?: { readonly type: string; readonly [field: string]: unknown };
  readonly usage?: Readonly<Record<string, number>>;
}

/**
 * Runs the real `codex exec` against a model, for tests: prompt on stdin, no key but the one in `apiKey`, an environment
 * of its own.
 */
export async function runCodex(options: {
  readonly url: string;
  readonly workspace: string;
  readonly home: string;
  readonly prompt: string;
  readonly model?: string;
  readonly sandbox?: "read-only" | "workspace-write";
  readonly schemaFile?: string;
  readonly apiKey?: string;
  readonly config?: readonly string[];
  readonly signal?: AbortSignal;
}): Promise<CodexRun> {
  const provider = "model_providers.simulated";
  const config = [
    'model_provider="simulated"',
    `${provider}.name="OpenAI"`,
    `${provider}.base_url="${options.url}/v1"`,
    `${provider}.wire_api="responses"`,
    ...(options.apiKey === undefined ? [] : [`${provider}.env_key="SIMULATED_KEY"`]),
    'model_reasoning_effort="high"',
    "project_doc_max_bytes=0",
    "tools.update_plan.enabled=true",
    ...(options.config ?? []),
  ];
  const args = [
    ...["exec", "--json", "--strict-config", "--skip-git-repo-check"],
    ...["-m", options.model ?? "gpt-6.1-sol", "-s", options.sandbox ?? "read-only", "-C", options.workspace],
    ...config.flatMap((entry) => ["-c", entry]),
    ...(options.schemaFile === undefined ? [] : ["--output-schema", options.schemaFile]),
    "-",
  ];
  const child = spawn(codexBinary(), args, {
    env: {
      PATH: process.env["PATH"],
      HOME: options.home,
      CODEX_HOME: options.home,
      ...(options.apiKey === undefined ? {} : { SIMULATED_KEY: options.apiKey }),
    },
    stdio: ["pipe", "pipe", "pipe"],
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.setEncoding("utf8").on("data", (text: string) => out.push(text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => err.push(text));
  child.stdin.end(options.prompt);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("close", resolve);
    child.once("error", (error) => (error.name === "AbortError" ? undefined : reject(error)));
  });
  const lines = out.join("").split("\n").filter(Boolean);
  return { exitCode, events: lines.map((line): CodexEvent => JSON.parse(line)), stderr: err.join("") };
}

/** The last message of the agent, which is its answer. */
export const answerOf = (run: CodexRun): string =>
  String(run.events.findLast((event) => event.item?.type === "agent_message")?.item?.["text"] ?? "");
