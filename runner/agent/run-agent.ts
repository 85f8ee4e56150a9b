import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { RunFailure } from "@froussard/contract";
import type { Logger } from "pino";
import { codexArguments } from "../codex/codex-arguments.ts";
import { type CodexEnd, runCodex, type SpawnCodex } from "../codex/run-codex.ts";
import { type Every, everyMs } from "../poll.ts";
import type { RunResult, TaskAnswer, Work } from "../protocol.ts";
import { fetchWorkspace } from "./fetch-workspace.ts";
import { findChanges } from "./find-changes.ts";
import type { MediatorAddress } from "./mediator-address.ts";
import { type MediatorClient, MediatorError } from "./mediator-client.ts";
import { startModelForwarder } from "./model-forwarder.ts";
import { createProgressReporter } from "./progress-reporter.ts";
import { proveSandbox } from "./prove-sandbox.ts";
import { TaskClosed, watchTask } from "./task-watch.ts";

export interface AgentRun {
  mediator: MediatorClient;
  address: MediatorAddress;
  bearer: string;
  /** The native Codex program. */
  codex: string;
  workspaceFolder: string;
  /** Codex's own folder; our private files lie in it, because the model's commands cannot write there. */
  codexHome: string;
  /** The agent's whole environment, and of it what Codex gets. */
  agentEnv: Record<string, string>;
  codexEnv: Record<string, string>;
  spawn: SpawnCodex;
  /** Whether a NetworkPolicy is promised that leads to the mediator alone. */
  mediatorOnly: boolean;
  /** Ends what the model's commands have left running; called when Codex has ended. */
  endOthers(): void;
  signal: AbortSignal;
  log: Logger;
  /** How often it is asked whether the task is still to be done while Codex runs. @default every 5 seconds */
  everyLook?: Every;
}

/**
 * One task from the mediator's `GET /task` to its answer to our result. Whatever fails on the way is itself a result.
 * When the mediator closes the task meanwhile, Codex is stopped and there is no result to hand over.
 * @throws only when the mediator cannot be told, or on the signal.
 */
export async function runAgent(run: AgentRun): Promise<TaskAnswer> {
  const task = await run.mediator.task();
  if (task.state === "closed") return task;
  const result = await work(run, task).catch((error: unknown): RunResult | TaskClosed => {
    run.signal.throwIfAborted();
    if (error instanceof TaskClosed) return error;
    run.log.error({ err: error }, "the task failed");
    const failure = error instanceof RunFailure ? error : new RunFailure("internal", "the agent failed; see its log");
    return { kind: "failure", code: failure.code, detail: failure.detail.slice(0, 500) };
  });
  if (result instanceof TaskClosed) return result.answer;
  try {
    return await run.mediator.result(result);
  } catch (error) {
    const detail = error instanceof MediatorError && refusals.get(error.status);
    if (!detail) throw error;
    run.log.error({ err: error }, detail);
    return run.mediator.result({ kind: "failure", code: "invalid-changes", detail });
  }
}

/** What the mediator means by refusing a result for what it is: the same one again would fare alike. By status. */
const refusals: ReadonlyMap<number, string> = new Map([
  [400, "the mediator refused the form of the result"],
  [413, "the change is too large"],
]);

async function work(run: AgentRun, task: Work): Promise<RunResult> {
  const { mediator, address, bearer, codexHome, workspaceFolder, log } = run;
  const own = join(codexHome, "codex-runner");
  await rm(own, { recursive: true, force: true });
  await mkdir(own, { recursive: true, mode: 0o700 });
  let touch = () => {};
  const { egress } = task;
  const forwarder = await startModelForwarder({ address, bearer, onBytes: () => touch(), egress });
  const progress = createProgressReporter(
    (report) => mediator.progress(report),
    (error) => log.warn({ err: error }, "progress could not be reported"),
  );
  const watch = watchTask(mediator, run.everyLook ?? everyMs(5_000), (error) =>
    log.warn({ err: error }, "could not ask whether the task is still to be done"),
  );
  try {
    const path = run.agentEnv["PATH"] ?? "";
    const places = { folder: workspaceFolder, privateFolder: own, path };
    const workspace = await fetchWorkspace(await mediator.workspace(), task.baseCommit, places);
    log.info({ baseCommit: task.baseCommit }, "working copy is there");
    const prove = () =>
      proveSandbox({
        ...{ policy: task.codex.sandbox, stage: task.stage, codex: run.codex, workspace: workspaceFolder, bearer },
        ...{ codexEnv: run.codexEnv, agentEnv: run.agentEnv, forwarderPort: forwarder.port, mediator: address },
        mediatorOnly: run.mediatorOnly,
      });
    const sandbox = await prove();
    log.info(sandbox, "sandbox is proven");
    progress.update({ activity: "starting", todo: [], sandbox });

    const [outputSchemaFile, answerFile] = [join(own, "output-schema.json"), join(own, "answer")];
    await writeFile(outputSchemaFile, JSON.stringify(task.outputSchema));
    const call = {
      stage: task.stage,
      workspace: workspaceFolder,
      modelBaseUrl: forwarder.baseUrl,
      ...(egress && { commandProxy: `http://127.0.0.1:${forwarder.port}` }),
      outputSchemaFile,
      answerFile,
    };
    const end = await runCodex(
      {
        program: run.codex,
        args: codexArguments(task.codex, call),
        env: run.codexEnv,
        workspace: workspaceFolder,
        prompt: task.prompt,
        answerFile,
        deadlineMs: task.deadlineMs,
        idleMs: task.idleMs,
        signal: AbortSignal.any([run.signal, watch.signal]),
        endOthers: run.endOthers,
        onState: ({ activity, todo }) => progress.update({ activity, todo: [...todo] }),
        onSignOfLife: (sign) => {
          touch = sign;
        },
      },
      run.spawn,
    );
    log.info({ commands: end.state.commands, usage: end.usage, error: end.state.error }, "codex ended");
    return await resultOf(await believe(end, prove), task, () => findChanges(workspace, path));
  } finally {
    watch.stop();
    await progress.end();
    await forwarder.close();
  }
}

/**
 * Codex answers, and ends well, also when no command of its could be started; some of those it does not even tell of. A run
 * in which none has worked is believed only when the sandbox still works.
 */
async function believe(end: CodexEnd, prove: () => Promise<unknown>): Promise<CodexEnd> {
  if ("code" in end || end.state.succeeded > 0) return end;
  try {
    await prove();
    return end;
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    const { state, stderrTail, usage } = end;
    const detail = `no command of the agent worked, and neither does its sandbox any more: ${error.detail}`;
    return { code: "sandbox-failed", detail: detail.slice(0, 500), state, stderrTail, ...(usage && { usage }) };
  }
}

async function resultOf(
  end: CodexEnd,
  { stage }: Work,
  changes: () => ReturnType<typeof findChanges>,
): Promise<RunResult> {
  const usage = end.usage && { usage: end.usage };
  if ("code" in end) return { kind: "failure", code: end.code, detail: end.detail, ...usage };
  const answer = readAnswer(end.answer);
  if (stage === "planning") return { kind: "plan", plan: answer, ...usage };
  return { kind: "changes", report: answer, changes: await changes(), ...usage };
}

/** Codex does not check its answer; one that is no JSON goes on as it is, for the mediator to refuse. */
function readAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
