/**
 * Parameters of the WorkflowTemplate `github-codex-task`, in order: the Sensor writes them by index. The first twelve
 * are the documented ones; an empty string means absent.
 */
export const parameters = [
  "stage",
  "prompt",
  "repository",
  "base",
  "head",
  "issueNumber",
  "issueUrl",
  "issueTitle",
  "issueBody",
  "planCommentId",
  "planCommentUrl",
  "planCommentBody",
  "taskId",
  "repositoryId",
  "planSha256",
  "dryRun",
] as const;

export type Parameter = (typeof parameters)[number];

/** Name of the WorkflowTemplate that runs one task. */
export const workflowTemplate = "github-codex-task";
