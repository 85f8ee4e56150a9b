/**
 * Labels help people find and read the state of an issue. They decide nothing, with one exception: `skip` keeps
 * the pipeline away from an issue.
 */
export const labels = {
  planning: "codex:planning",
  awaitingApproval: "codex:awaiting-approval",
  implementing: "codex:implementing",
  pullRequestOpen: "codex:pr-open",
  failed: "codex:failed",
  skip: "codex:skip",
} as const;

/** The labels that describe a state: at most one of them stands on an issue. */
export const stateLabels: readonly string[] = [
  labels.planning,
  labels.awaitingApproval,
  labels.implementing,
  labels.pullRequestOpen,
  labels.failed,
];
