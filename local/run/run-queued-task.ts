import { rm } from "node:fs/promises";
import { join } from "node:path";
import { codes, type Task } from "@froussard/contract";
import { type PassedOn, passedOnSettings } from "codex-runner/run/environments";
import { type RunProgress, runTask } from "codex-runner/run/run-task";
import type { Logger } from "pino";
import { type Tell, usage } from "../view/event.ts";
import { nextStep } from "../view/next-step.ts";
import type { LocalSettings } from "./settings.ts";
import { taskFacts } from "./task-facts.ts";

/**
 * Carries out one task of the queue with the runner's three processes. Only ids and names are handed over: the runner
 * gets every text from GitHub. The run's private folder is kept until its end was told.
 * @throws what runTask throws: then the task is to be tried again.
 */
export async function runQueuedTask(
  task: Task,
  settings: LocalSettings,
  basics: { path: string; lang: string },
  { tell, log }: { tell: Tell; log: Logger },
  signal: AbortSignal,
): Promise<"ended" | "refused"> {
  const stateFolder = join(settings.data, "runs", task.taskId);
  const { stage, taskId, repository, repositoryId, issueNumber, base, head } = task;
  const result = await runTask({
    task: {
      stage,
      taskId,
      repository,
      repositoryId,
      issueNumber,
      base,
      head,
      ...(task.stage === "implementation" && { planCommentId: task.planCommentId, planSha256: task.planSha256 }),
    },
    secrets: { githubToken: settings.githubToken, openaiApiKey: settings.openaiKey },
    settings: {
      ...basics,
      codeCache: join(settings.data, "compiled"),
      passedOn: { ...passedOn(settings.passed), CODEX_REPOSITORIES: settings.repositories.join(",") },
      readablePaths: settings.readablePaths,
      ...(settings.passed["CODEX_BIN"] !== undefined && { codexProgram: settings.passed["CODEX_BIN"] }),
    },
    stateFolder,
    signal,
    log,
    onProgress: (progress) => passOn(progress, taskId, tell),
  });
  const { outcome, code, detail, planCommentUrl, pullRequestUrl } = result;
  const url = pullRequestUrl ?? planCommentUrl;
  tell({
    event: "ended",
    ...taskFacts(task),
    outcome,
    ...(code && { code }),
    ...(detail && { detail }),
    ...(url !== undefined && { url }),
    ...nextStep({ stage, outcome, code, issueUrl: task.issueUrl, planCommentUrl, pullRequestUrl }),
  });
  await rm(stateFolder, { recursive: true, force: true });
  // A 👍 that was taken back before the run looked may be given again: then the very same task is due.
  return outcome === "refused" && (code === "not-approved" || code === "invalid-task") ? "refused" : "ended";
}

function passOn(progress: RunProgress, taskId: string, tell: Tell): void {
  switch (progress.kind) {
    case "attempt":
      tell({ event: "attempt", taskId, number: progress.number });
      break;
    case "state": {
      const { phase, activity, todo, ledger } = progress.state;
      tell({ event: "progress", taskId, phase, ...(activity && { activity }), todo, usage: usage.parse(ledger) });
      break;
    }
    case "closed": {
      const { againInMs, code, detail } = progress;
      // Without another attempt the report comes, and with it the task's end.
      if (againInMs === undefined) break;
      const reason = [code === undefined ? "it failed" : codes[code].text, ...(detail ? [detail] : [])].join(": ");
      tell({ event: "retry", taskId, seconds: againInMs / 1_000, ...(code && { code }), reason });
    }
  }
}

function passedOn(passed: LocalSettings["passed"]): PassedOn {
  return Object.fromEntries(passedOnSettings.flatMap((name) => (passed[name] ? [[name, passed[name]]] : [])));
}
