import type { Logger } from "pino";
import type { Closed } from "../protocol.ts";
import { type Child, startChild } from "./child-process.ts";
import {
  type PassedOn,
  type ProcessBasics,
  type RunSecrets,
  type RunTaskInput,
  reportEnvironment,
} from "./environments.ts";
import { nodeOptions } from "./node-options.ts";
import { type RunTaskResult, runTaskResult } from "./run-task-result.ts";
import type { StateFolder } from "./state-folder.ts";

/** The process that looks on GitHub how a run ended, and tells it. */
export interface Reporter {
  /** Starts it, so that it is ready by the time the run has ended; it is no fault when that cannot be. */
  begin(): void;
  /** Has it tell the end of a run. @throws Error when that could not be told: call the run again later */
  tell(closed: Closed): Promise<RunTaskResult>;
  /** Ends it; resolves when it is gone. */
  stop(): Promise<void>;
}

interface ReporterOptions {
  task: RunTaskInput;
  secrets: RunSecrets;
  settings: { passedOn: PassedOn };
  basics: ProcessBasics;
  state: StateFolder;
  /** The runner's program, `main.ts`. */
  main: string;
  signal: AbortSignal;
  log: Logger;
}

const reported = runTaskResult.pick({
  outcome: true,
  code: true,
  planCommentUrl: true,
  pullRequestUrl: true,
  usage: true,
});

/** For asking GitHub and telling it. Milliseconds. */
const limitMs = 300_000;

export function createReporter(options: ReporterOptions): Reporter {
  const { task, secrets, settings, basics, state, main, signal, log } = options;
  let child: Child | undefined;
  let remembered: Promise<void> | undefined;

  function begin(): Child {
    if (child) return child;
    const begun = startChild({
      name: "report",
      program: process.execPath,
      args: [...nodeOptions, main, "report"],
      cwd: state.path,
      env: reportEnvironment({
        basics,
        task,
        githubToken: secrets.githubToken,
        settings: settings.passedOn,
        stateFolder: state.path,
      }),
      log,
    });
    child = begun;
    remembered = state.remember(begun.pid);
    remembered.catch(() => {});
    // One that was killed while it waited is none that failed: another is begun when it is needed.
    void begun.ended.then(() => {
      if (child === begun) child = undefined;
    });
    return begun;
  }

  return {
    begin() {
      try {
        begin();
      } catch (error) {
        log.warn({ err: error }, "the report could not be started early");
      }
    },

    async tell(closed) {
      const { outcome, code, detail } = closed;
      const told = begin();
      const stop = () => void told.stop(5_000);
      const ends = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
      ends.addEventListener("abort", stop, { once: true });
      if (ends.aborted) stop();
      try {
        // The disk may have been full when publishing began, and is not any more.
        await remembered?.catch(() => state.remember(told.pid));
        told.say(outcome === "done" ? "Succeeded" : code === "internal" ? "Error" : "Failed");
        const line = await told.firstLine;
        await told.ended;
        return { ...reported.parse(JSON.parse(line)), ...(detail && { detail }) };
      } catch (error) {
        signal.throwIfAborted();
        throw new Error("the end of the task could not be reported; call it again later", { cause: error });
      } finally {
        ends.removeEventListener("abort", stop);
      }
    },

    async stop() {
      await child?.stop(5_000);
    },
  };
}
