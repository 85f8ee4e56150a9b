import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { codes, type FailureCode, RunFailure } from "@froussard/contract";
import type { Logger } from "pino";
import { findCodex } from "../codex/codex-binary.ts";
import type { RunState } from "../mediator/output-line.ts";
import { stateFiles } from "../mediator/record-store.ts";
import type { Closed } from "../protocol.ts";
import { isReadable } from "../sandbox/readable-mounts.ts";
import { removeTree } from "../sandbox/remove-tree.ts";
import type { SandboxLimits } from "../sandbox/sandbox-limits.ts";
import { sandboxEnvironment } from "../settings/codex-environment.ts";
import { mediatorEnvironment as mediatorSchema, readSettings, SettingsError } from "../settings.ts";
import { signIn } from "../sign-in.ts";
import { agentFolder } from "./agent-process.ts";
import { attempt } from "./attempt.ts";
import { codeCacheFolder } from "./code-cache.ts";
import {
  mediatorEnvironment,
  type PassedOn,
  type ProcessBasics,
  type RunSecrets,
  type RunTaskInput,
} from "./environments.ts";
import { createReporter, type Reporter } from "./reporter.ts";
import type { RunTaskResult } from "./run-task-result.ts";
import { type StateFolder, takeStateFolder } from "./state-folder.ts";

export interface RunTaskSettings extends ProcessBasics {
  /** Passed on to mediator and report by their names, and validated there. */
  passedOn: PassedOn;
  /** Absolute paths that the agent may read besides the system (`CODEX_READABLE_PATHS`). @default none */
  readablePaths?: readonly string[];
  /** Another Codex program (`CODEX_BIN`). @default the one of this package */
  codexProgram?: string;
  /** For the mediator to finish a publish in hand. @default 60_000 */
  stopGraceMs?: number;
  /** From the mediator's start until it listens. @default 120_000 */
  readyTimeoutMs?: number;
}

export interface RunTaskOptions {
  task: RunTaskInput;
  secrets: RunSecrets;
  settings: RunTaskSettings;
  /** Private folder of this task alone: the same one after a restart continues the run. */
  stateFolder: string;
  signal: AbortSignal;
  log: Logger;
  onProgress?(event: RunProgress): void;
  /** Waits before the second and later tries of a transient failure. @default 10 s, 60 s */
  retryDelaysMs?: readonly number[];
}

export type RunProgress =
  | { kind: "attempt"; number: number }
  /** How the run stands, after each change: what the agent does, its todo list, the cost. */
  | { kind: "state"; state: RunState }
  /** The attempt is over; with `againInMs` another one follows. */
  | { kind: "closed"; outcome: Closed["outcome"]; code?: FailureCode; detail?: string; againInMs?: number };

const main = join(import.meta.dirname, "..", "main.ts");

/**
 * Carries one task out on this machine: mediator, agent in its bubble, report, each a process that sees only its own. The
 * report is started while the result is published, and waits for the run's end.
 * Transient failures are tried again, at most three times in all. Killed and called again with the same folder, it goes
 * on where the record stands. However the task ends, the report has told it when this resolves.
 * @throws SettingsError with everything that is wrong at once; the signal's reason when it was aborted (the record is kept), Error when the report could not be made:
 * then call it again later.
 */
export async function runTask(given: RunTaskOptions): Promise<RunTaskResult> {
  const { task, signal, log } = given;
  checkSettings(given);
  const codeCache = await codeCacheFolder(given.settings.codeCache, log);
  const options = { ...given, settings: { ...given.settings, codeCache } };
  const state = await takeStateFolder(options.stateFolder, signal);
  const reporter = createReporter({ ...options, basics: processBasics(options.settings), state, main });
  const closing = closeTask(options, state, reporter);
  // What the agent had is not needed any more, and may be large: it goes while the end is told.
  const remove = () => removeTree(agentFolder(state), options.settings.path);
  const removed = closing.then(remove, remove);
  removed.catch(() => {});
  try {
    const closed = await closing;
    const result = task.dryRun || closed.dryRun ? await dryRunResult(state, closed) : await reporter.tell(closed);
    // The clone is of no more use. The record stays, so that a message that comes again finds the task done; by hand there
    // is no message, and the next call looks at GitHub anew.
    const records = task.taskId === undefined ? [stateFiles.record, stateFiles.pending] : [];
    for (const name of ["git", "home", ...records]) await rm(join(state.path, name), { recursive: true, force: true });
    log.info({ outcome: result.outcome, code: result.code }, "task ended");
    return result;
  } finally {
    await reporter.stop();
    await removed.finally(() => state.release());
  }
}

/** What the mediator would refuse is refused here, before anything is started. */
function checkSettings({ task, secrets, settings, stateFolder }: RunTaskOptions): void {
  const { path, lang, passedOn, readablePaths = [] } = settings;
  const places = { bearer: "0".repeat(64), listen: "unix:/proc/self/cwd/mediator.sock", stateFolder, home: "/" };
  const checked = readSettings(
    mediatorSchema,
    mediatorEnvironment({ basics: { path, lang }, task, secrets, settings: passedOn, ...places }),
  );
  signIn(checked, "mediator");
  sandboxLimits(passedOn);
  const keyFile = checked.GITHUB_APP_PRIVATE_KEY_FILE;
  if (keyFile !== undefined && isReadable(keyFile, readablePaths))
    throw new SettingsError([
      `GITHUB_APP_PRIVATE_KEY_FILE: ${keyFile} lies where the agent may read; move it, or correct CODEX_READABLE_PATHS`,
    ]);
}

function processBasics({ path, lang, codeCache }: RunTaskSettings): ProcessBasics {
  return { path, lang, codeCache };
}

function sandboxLimits(passedOn: PassedOn): SandboxLimits {
  const settings = readSettings(sandboxEnvironment, passedOn);
  return {
    processes: settings.CODEX_MAX_PROCESSES,
    memoryMiB: settings.CODEX_MEMORY_MIB,
    diskMiB: settings.CODEX_DISK_MIB,
  };
}

async function closeTask(options: RunTaskOptions, state: StateFolder, reporter: Reporter): Promise<Closed> {
  const { task, secrets, settings, signal, log, onProgress } = options;
  const { retryDelaysMs = [10_000, 60_000] } = options;
  const { passedOn, readablePaths = [], stopGraceMs = 60_000, readyTimeoutMs = 120_000 } = settings;
  const tools = { codex: findCodex(settings.codexProgram), readablePaths, limits: sandboxLimits(passedOn), main };
  const basics = processBasics(settings);
  for (let number = 1; ; number++) {
    onProgress?.({ kind: "attempt", number });
    let interrupted = false;
    const closed = await attempt({
      ...{ task, secrets, settings: passedOn, basics, ...tools, state, signal, log, stopGraceMs, readyTimeoutMs },
      onState: (state) => {
        if (state.phase === "publishing" && !task.dryRun) reporter.begin();
        onProgress?.({ kind: "state", state });
      },
    }).catch((error: unknown): Closed => {
      signal.throwIfAborted();
      log.error({ err: error }, "the attempt failed");
      // A mediator that was killed goes on from its record, which knows when that has been too often.
      interrupted = error instanceof RunFailure && error.code === "mediator-lost";
      const { code, detail } = error instanceof RunFailure ? error : new RunFailure("internal", "see the worker's log");
      return { state: "closed", outcome: "failed", code, detail };
    });
    const { outcome, code, detail } = closed;
    const delay = retryDelaysMs[number - 1];
    const isTransient = code !== undefined && codes[code].type === "transient";
    const again = delay !== undefined && !closed.final && (interrupted || isTransient);
    const told = { outcome, ...(code && { code }), ...(detail && { detail }) };
    onProgress?.({ kind: "closed", ...told, ...(again && { againInMs: delay }) });
    if (!again) return closed;
    await sleep(delay, undefined, { signal });
  }
}

async function dryRunResult(state: StateFolder, closed: Closed): Promise<RunTaskResult> {
  const { outcome, code, detail } = closed;
  const result = { outcome, ...(code && { code }), ...(detail && { detail }) };
  if (outcome !== "done") return result;
  return { ...result, text: await readFile(join(state.path, "result.md"), "utf8") };
}
