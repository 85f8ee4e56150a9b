import {
  branchName,
  cutText,
  type IssueSnapshot,
  limits,
  serializeTask,
  type Task,
  taskSchema,
} from "@froussard/contract";
import type { Cause, TaskIds } from "./cause.ts";
import type { ServicePolicy } from "./service-policy.ts";

/** What a task message shows of issue and repository; a snapshot has it, and so has a webhook's payload. */
export interface TaskSource {
  repository: Pick<IssueSnapshot["repository"], "id" | "nameWithOwner"> & { defaultBranch?: { name: string } };
  issue: Pick<IssueSnapshot["issue"], "number" | "url" | "title" | "body">;
}

/**
 * The task message of a cause, or why there is none. It is unfit when something in it is not let through (a branch name
 * that must not cross Argo, for example), until somebody changes that.
 */
export function makeTask(
  source: TaskSource,
  policy: Pick<ServicePolicy, "baseBranch" | "branchPrefix">,
  cause: Cause,
  ids: TaskIds,
  now: Date,
  deliveryId?: string,
): { task: Task } | { reason: string; isUnfit?: true } {
  const { repository, issue } = source;
  const { plan } = cause;
  if (cause.stage === "implementation" && !plan) return { reason: "the plan is not approved any more" };
  const { nameWithOwner: name } = repository;
  // An empty repository has no branch; the run tells that. "main" is only shown.
  const base = policy.baseBranch ?? repository.defaultBranch?.name ?? "main";
  const common = {
    repository: name,
    base,
    issueNumber: issue.number,
    issueUrl: issue.url,
    issueTitle: cutText(issue.title),
    issueBody: cutText(issue.body),
    sender: cause.sender.login,
    issuedAt: now.toISOString(),
    taskId: ids.taskId,
    repositoryId: repository.id,
    ...(deliveryId !== undefined && { deliveryId }),
  };
  const parsed = taskSchema.safeParse(
    plan
      ? {
          stage: "implementation",
          prompt: `Carry out the approved plan for issue #${issue.number} of ${name} on branch ${base}, and open a draft pull request.`,
          head: branchName(policy.branchPrefix, issue.number, ids.subjectId),
          ...common,
          planCommentId: plan.comment.id,
          planCommentUrl: plan.comment.url,
          planCommentBody: cutText(plan.comment.body),
          planSha256: plan.sha256,
        }
      : {
          stage: "planning",
          prompt: `Study ${name} on branch ${base} and write a plan for issue #${issue.number}, as a comment on it.`,
          head: `${policy.branchPrefix}${issue.number}`,
          ...common,
        },
  );
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join(".")).join(", ");
    return {
      reason: `the task does not fit its schema (${fields}): rename the branch, or set CODEX_BASE_BRANCH`,
      isUnfit: true,
    };
  }
  return fits(parsed.data);
}

function fits(task: Task): { task: Task } | { reason: string; isUnfit: true } {
  // The three texts were cut: with next to nothing beside them they need not be serialized to know.
  const beside = JSON.stringify({ ...task, issueTitle: "", issueBody: "", planCommentBody: "" });
  if (Buffer.byteLength(beside) + 3 * limits.taskTextBytes <= limits.taskBytes) return { task };
  try {
    serializeTask(task);
    return { task };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error), isUnfit: true };
  }
}
