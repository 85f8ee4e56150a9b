import type { Work } from "../protocol.ts";
import type { MediatorOptions } from "./mediator-options.ts";
import type { PreparedRun } from "./prepare-run.ts";

type Settings = Pick<MediatorOptions, "codex" | "deadlineMs" | "idleMs" | "egress">;

/** What an agent is told to do. Pure. */
export function workAnswer({ run, prompt, outputSchema }: PreparedRun, settings: Settings): Work {
  const { codex, deadlineMs, idleMs, egress } = settings;
  return {
    state: "work",
    taskId: run.taskId,
    stage: run.stage,
    prompt,
    baseCommit: run.base.commit,
    outputSchema,
    codex: { ...codex, webSearch: run.webSearch },
    deadlineMs,
    idleMs,
    ...(egress && { egress }),
  };
}
