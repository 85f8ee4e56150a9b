import { randomBytes } from "node:crypto";
import { mkdir, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { RunFailure } from "@froussard/contract";
import type { Logger } from "pino";
import { createMediatorClient, MediatorError } from "../agent/mediator-client.ts";
import type { CodexBinary } from "../codex/codex-binary.ts";
import { outputLine, type RunState } from "../mediator/output-line.ts";
import type { Closed, TaskAnswer } from "../protocol.ts";
import type { SandboxLimits } from "../sandbox/sandbox-limits.ts";
import { prepareBubble, runAgentProcess } from "./agent-process.ts";
import { type Child, startChild } from "./child-process.ts";
import {
  mediatorEnvironment,
  type PassedOn,
  type ProcessBasics,
  type RunSecrets,
  type RunTaskInput,
} from "./environments.ts";
import { nodeOptions } from "./node-options.ts";
import type { StateFolder } from "./state-folder.ts";

export interface AttemptOptions {
  task: RunTaskInput;
  secrets: RunSecrets;
  settings: PassedOn;
  basics: ProcessBasics;
  codex: CodexBinary;
  /** Absolute paths that the agent may read besides the system. */
  readablePaths: readonly string[];
  /** What the agent and all that it starts may use. */
  limits: SandboxLimits;
  state: StateFolder;
  /** The runner's program, `main.ts`. */
  main: string;
  signal: AbortSignal;
  log: Logger;
  /** For a publish in hand. */
  stopGraceMs: number;
  /** From start to the mediator's first line. */
  readyTimeoutMs: number;
  onState?: ((state: RunState) => void) | undefined;
}

/** What the agent may take besides Codex: working copy, proof of the sandbox, changes, and our own publishing. Milliseconds. */
const slackMs = 30 * 60_000;

/**
 * One try: mediator, and beside it an agent in its bubble, which is ended where there is no work. Answers how the mediator closed.
 * @throws the signal's reason when it was aborted; RunFailure when the mediator itself did not last.
 */
export async function attempt(options: AttemptOptions): Promise<Closed> {
  const { task, secrets, settings, basics, state, main, signal, log } = options;
  signal.throwIfAborted();
  const bearer = randomBytes(32).toString("hex");
  const socket = join(state.path, "mediator.sock");
  await rm(socket, { force: true });
  const home = join(state.path, "home");
  await rm(home, { recursive: true, force: true });
  await mkdir(home, { mode: 0o700 });
  const mediator = startChild({
    name: "mediator",
    program: process.execPath,
    args: [...nodeOptions, main, "mediator"],
    // A socket's path has at most 107 characters, a state folder may have more: it is named by way of the working folder.
    cwd: state.path,
    env: mediatorEnvironment({
      basics,
      task,
      secrets,
      settings,
      bearer,
      listen: "unix:/proc/self/cwd/mediator.sock",
      stateFolder: state.path,
      home,
    }),
    log,
    onLine: (line) => passOn(line, options),
  });
  await state.remember(mediator.pid);
  const folder = await open(state.path);
  const stopped = new AbortController();
  const client = createMediatorClient({
    address: { socketPath: `/proc/self/fd/${folder.fd}/mediator.sock` },
    bearer,
    signal: AbortSignal.any([signal, stopped.signal]),
    retryDelaysMs: [100, 500, 1_000],
  });
  let started = false;
  // It holds nothing, and has the most to load: it starts while the mediator asks GitHub, although there may be nothing to do.
  const bubble = prepareBubble(options);
  bubble.catch(() => {});
  let agent: ReturnType<typeof runAgentProcess> | undefined;
  const unneeded = new AbortController();
  const limit = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  void mediator.ended.then(({ exitCode }) => {
    const detail = `the mediator's process ended (exit code ${exitCode})`;
    // One that does not even start would not start the next time either.
    stopped.abort(new RunFailure(started ? "mediator-lost" : "internal", detail));
  });
  try {
    await ready(mediator, options);
    started = true;
    const lost = AbortSignal.any([stopped.signal, unneeded.signal]);
    agent = runAgentProcess({ ...options, bubble, bearer, socket, lost, limit: limit.signal });
    agent.catch(() => {});
    const first = await client.task();
    if (first.state === "closed") return first;
    timer = setTimeout(() => limit.abort(), first.deadlineMs + slackMs);
    const obstacle = await agent;
    return await closing(client, await client.task(), obstacle);
  } catch (error) {
    // What aborted the client is the cause; the client's own error only says that it was aborted.
    signal.throwIfAborted();
    stopped.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    unneeded.abort(new Error("there is nothing to do for the agent"));
    await Promise.allSettled([bubble, agent, mediator.stop(options.stopGraceMs)]);
    await folder.close();
    await rm(socket, { force: true });
  }
}

async function ready(mediator: Child, { readyTimeoutMs, signal }: AttemptOptions): Promise<void> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(readyTimeoutMs)]);
  const aborted = new Promise<never>((_, reject) => {
    limit.addEventListener("abort", () => reject(limit.reason), { once: true });
  });
  const line = await Promise.race([mediator.firstLine, aborted]);
  const { data } = readLine(line);
  if (!data || !("ready" in data)) throw new Error(`the mediator said ${line.slice(0, 200)} where it should be ready`);
}

/** States are passed on as they come; the mediator is ours, so that a line that is none is a fault to be seen. */
function passOn(line: string, { onState, log }: AttemptOptions): void {
  const { data, error } = readLine(line);
  if (!data) log.warn({ faults: error?.message.slice(0, 500) }, "the mediator wrote a line that is none of its own");
  else if ("state" in data) onState?.(data.state);
}

function readLine(line: string) {
  try {
    return outputLine.safeParse(JSON.parse(line));
  } catch {
    // The schema says what is expected.
    return outputLine.safeParse(undefined);
  }
}

/** The mediator's last word; when the agent left none, its loss is handed over in its place. */
async function closing(
  client: ReturnType<typeof createMediatorClient>,
  answer: TaskAnswer,
  { code, detail }: RunFailure,
): Promise<Closed> {
  if (answer.state === "closed") return answer;
  try {
    const told = await client.result({ kind: "failure", code, detail });
    if (told.state === "closed") return told;
  } catch (error) {
    if (!(error instanceof MediatorError)) throw error;
  }
  throw new RunFailure("internal", "the mediator did not close after the agent's end");
}
