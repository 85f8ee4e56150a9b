import type { Task } from "@froussard/contract";

/** What events say of a task. */
export function taskFacts({ taskId, stage, repository, issueNumber, issueUrl, issueTitle: title }: Task) {
  return { taskId, stage, repository, issueNumber, issueUrl, title };
}
