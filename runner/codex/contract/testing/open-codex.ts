import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Stage } from "@froussard/contract";
import type { ModelScript } from "@froussard/simulators/model/script";
import { type LoggedRequest, startModel } from "@froussard/simulators/model/start-model";
import { changeReportSchema } from "../../../plan.ts";
import { outputSchema } from "../../../prompt/output-schema.ts";
import type { CodexSettings } from "../../../protocol.ts";
import { codexArguments } from "../../codex-arguments.ts";

/** One line of `codex exec --json`, whatever is in it. */
export type RawEvent = Readonly<Record<string, unknown> & { type: string }>;

/** How one call ended. */
export interface CodexCall {
  /** As Codex says it; a signal's name when it did not end itself. */
  exit: string;
  events: readonly RawEvent[];
  /** What it printed besides events. */
  stdout: string;
  stderr: string;
}

export interface CallOptions {
  stdin?: string;
  env?: Readonly<Record<string, string>>;
  /** Sent when this event was seen. */
  signal?: { name: NodeJS.Signals; after: string };
}

/** A turn as the runner calls for it, and what the model was asked meanwhile. */
export interface Turn extends CodexCall {
  requests: readonly LoggedRequest[];
  /** Tokens of all its answers, as the model counted them. */
  tokens: { input: number; output: number };
  /** What Codex wrote as its last message; undefined where it wrote none. */
  answer: string | undefined;
}

export interface TurnOptions extends CallOptions {
  model: string;
  script: ModelScript;
  settings?: Partial<CodexSettings>;
  stage?: Stage;
  /** What goes wrong on the model's side at the first request. */
  fault?: "hang" | "insufficient-quota" | "server-error";
  /** Whether the working copy is one of git. @default true */
  repository?: boolean;
}

/** A Codex program in folders of its own. */
export interface Codex {
  call(args: readonly string[], options?: CallOptions): Promise<CodexCall>;
  turn(options: TurnOptions): Promise<Turn>;
  close(): void;
}

/** @param program the native program, or one that stands in for it */
export function openCodex(program: string): Codex {
  const root = mkdtempSync(join(tmpdir(), "codex-contract-"));
  let calls = 0;

  function folders() {
    const folder = join(root, String(++calls));
    const [workspace, home] = [join(folder, "workspace"), join(folder, "home")];
    for (const each of [workspace, home]) mkdirSync(each, { recursive: true });
    return { folder, workspace, home };
  }

  async function start(args: readonly string[], place: ReturnType<typeof folders>, options: CallOptions) {
    const { workspace: cwd, home } = place;
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, CODEX_HOME: home, LANG: "C.UTF-8", ...options.env };
    const child = spawn(program, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"], detached: true });
    const ended = once(child, "close");
    const events: RawEvent[] = [];
    let stdout = "";
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (!line.startsWith("{")) {
        stdout += `${line}\n`;
        return;
      }
      const event: RawEvent = JSON.parse(line);
      events.push(event);
      if (event.type === options.signal?.after) child.kill(options.signal.name);
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    // It may end before it has read its input.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
    const [code, signal]: (number | string | null)[] = await ended;
    return { exit: String(code ?? signal), events, stdout, stderr };
  }

  return {
    call: (args, options = {}) => start(args, folders(), options),
    turn: async ({ model: name, script, settings, stage = "implementation", fault, repository = true, ...options }) => {
      const place = folders();
      const { folder, workspace } = place;
      writeFileSync(join(workspace, "README.md"), "teh\n");
      if (repository) commitAll(workspace);
      const outputSchemaFile = join(folder, "schema.json");
      writeFileSync(outputSchemaFile, JSON.stringify(outputSchema(changeReportSchema)));
      const answerFile = join(folder, "answer");
      const model = await startModel({ script });
      if (fault !== undefined) model.inject({ kind: fault }, { times: Number.POSITIVE_INFINITY });
      try {
        const codex: CodexSettings = { model: name, effort: "high", webSearch: "live", sandbox: "pod", ...settings };
        const call = { stage, workspace, modelBaseUrl: `${model.url}/v1`, outputSchemaFile, answerFile };
        const end = await start(codexArguments(codex, call), place, { stdin: "Do as you like.", ...options });
        const requests = [...model.requests];
        return {
          ...end,
          requests,
          tokens: fault === undefined ? await countAgain(model.url, requests) : { input: 0, output: 0 },
          answer: existsSync(answerFile) ? readFileSync(answerFile, "utf8") : undefined,
        };
      } finally {
        await model.close();
      }
    },
    close: () => rmSync(root, { recursive: true, force: true }),
  };
}

function commitAll(folder: string): void {
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: folder });
  git("init", "--quiet");
  git("add", "--all");
  git("commit", "--quiet", "--message", "start");
}

/** The simulated model answers a request again as it did before, and counts the same tokens. */
async function countAgain(url: string, requests: readonly LoggedRequest[]): Promise<Turn["tokens"]> {
  const tokens = { input: 0, output: 0 };
  for (const { method, path, body } of requests) {
    if (method !== "POST" || path !== "/v1/responses") continue;
    const response = await fetch(`${url}${path}`, { method, body: JSON.stringify(body) });
    const last = (await response.text()).trimEnd().split("\n\n").at(-1) ?? "";
    const { usage } = JSON.parse(last.slice(last.indexOf("{"))).response;
    tokens.input += usage.input_tokens;
    tokens.output += usage.output_tokens;
  }
  return tokens;
}
