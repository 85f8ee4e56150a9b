import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Task } from "@froussard/contract";
import { type PassedOn, passedOnSettings } from "codex-runner/run/environments";
import { runTask } from "codex-runner/run/run-task";
import type { Logger } from "pino";
import type { LocalSettings } from "./settings.ts";

/**
 * Carries out one task of the queue with the runner's three processes. Only ids and names are handed over: the runner
 * gets every text from GitHub. The run's private folder is kept until its end was told.
 * @throws what runTask throws: then the task is to be tried again.
 */
export async function runQueuedTask(
  task: Task,
  settings: LocalSettings,
  basics: { path: string; lang: string },
  log: Logger,
  signal: AbortSignal,
): Promise<"ended" | "refused"> {
  const stateFolder = join(settings.data, "runs", task.taskId);
  const { stage, taskId, repository, repositoryId, issueNumber, base, head } = task;
  log.info({ repository, issueNumber, stage }, "task started");
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
      passedOn: { ...passedOn(settings.passed), CODEX_REPOSITORIES: settings.repositories.join(",") },
      readablePaths: settings.readablePaths,
      ...(settings.passed["CODEX_BIN"] !== undefined && { codexProgram: settings.passed["CODEX_BIN"] }),
    },
    stateFolder,
    signal,
    log,
  });
  const { outcome, code, planCommentUrl, pullRequestUrl } = result;
  const text = outcome === "done" ? "the issue has its answer" : "the issue was told why not";
  log.info({ repository, issueNumber, stage, outcome, code, url: pullRequestUrl ?? planCommentUrl }, text);
  await rm(stateFolder, { recursive: true, force: true });
  // A 👍 that was taken back before the run looked may be given again: then the very same task is due.
  return outcome === "refused" && (code === "not-approved" || code === "invalid-task") ? "refused" : "ended";
}

function passedOn(passed: LocalSettings["passed"]): PassedOn {
  return Object.fromEntries(passedOnSettings.flatMap((name) => (passed[name] ? [[name, passed[name]]] : [])));
}
