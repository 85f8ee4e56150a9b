/** How a run ended, as written into the `codex:result` comment. */
export const outcomes = ["done", "failed", "refused", "cancelled"] as const;
export type Outcome = (typeof outcomes)[number];

/** Only `transient` failures are retried by themselves; `person` needs somebody to decide or to repair something. */
export type FailureType = "transient" | "permanent" | "person";

interface Code {
  type: FailureType;
  outcome: Exclude<Outcome, "done">;
  /** What happened, for people; one sentence without the final stop. */
  text: string;
  /** The one thing to do next. */
  next: string;
  /** What to comment, to be copied as it is; absent where no comment helps. */
  command?: "/retry" | "/replan" | "/plan" | "/approve";
}

/** Every way a run can end without its result. Codes are stable: they stand in comments, logs and metrics. */
export const codes = {
  "not-started": {
    type: "transient",
    outcome: "failed",
    text: "The task was handed over, but no run of it was ever seen",
    next: "Check that the workers are running, then comment `/retry`.",
    command: "/retry",
  },
  "no-progress": {
    type: "transient",
    outcome: "failed",
    text: "The run stopped giving signs of life",
    next: "Comment `/retry` to start it again.",
    command: "/retry",
  },
  "not-approved": {
    type: "person",
    outcome: "refused",
    text: "The plan is not approved as it stands",
    next: "Approve the current plan with 👍 or `/approve`, then comment `/retry`.",
    command: "/retry",
  },
  superseded: {
    type: "person",
    outcome: "refused",
    text: "Another plan, or a request for one, came in between",
    next: "Approve the newest plan with 👍 or `/approve`; if that is the same plan again, comment `/retry` after it.",
    command: "/approve",
  },
  "issue-closed": {
    type: "person",
    outcome: "cancelled",
    text: "The issue is closed, or was closed after this was asked for",
    next: "Reopen it if it is closed, then comment `/retry` to go on.",
    command: "/retry",
  },
  cancelled: {
    type: "person",
    outcome: "cancelled",
    text: "The run was cancelled by `/cancel`",
    next: "Comment `/retry` to start it again.",
    command: "/retry",
  },
  skipped: {
    type: "person",
    outcome: "cancelled",
    text: "The issue is labelled `codex:skip`",
    next: "Take the label off and comment `/retry` to go on.",
    command: "/retry",
  },
  forbidden: {
    type: "person",
    outcome: "failed",
    text: "The automation account may not do what the task needs",
    next: "Unless the detail says otherwise, give its token write access to contents, issues and pull requests of this repository, then comment `/retry`.",
    command: "/retry",
  },
  "repository-not-served": {
    type: "person",
    outcome: "refused",
    text: "This repository is not among those that are served",
    next: "Add it to CODEX_REPOSITORIES, then comment `/retry`.",
    command: "/retry",
  },
  "not-permitted": {
    type: "person",
    outcome: "refused",
    text: "Who asked for this may approve, but has no write access to the repository",
    next: "Give that person write access, or have somebody with both approve, then comment `/retry`.",
    command: "/retry",
  },
  "issue-limit": {
    type: "person",
    outcome: "refused",
    text: "The issue has had as many runs as one issue may have",
    next: "Open a new issue with what is left to do, or raise CODEX_RUNS_PER_ISSUE and comment `/retry`.",
    command: "/retry",
  },
  "daily-limit": {
    type: "person",
    outcome: "refused",
    text: "The repository has had as many runs as it may have within 24 hours",
    next: "Comment `/retry` when the detail says that there is room again, or raise CODEX_RUNS_PER_DAY first.",
    command: "/retry",
  },
  "bad-credentials": {
    type: "person",
    outcome: "failed",
    text: "GitHub refused the automation account's token",
    next: "Renew the token, then comment `/retry`.",
    command: "/retry",
  },
  "empty-repository": {
    type: "person",
    outcome: "failed",
    text: "The repository has no commit to work from",
    next: "Push a first commit to the base branch, then comment `/retry`.",
    command: "/retry",
  },
  "repository-too-large": {
    type: "person",
    outcome: "failed",
    text: "The repository is larger than the pipeline works on",
    next: "Make its newest commit smaller, or make the change by hand.",
  },
  "base-moved": {
    type: "person",
    outcome: "refused",
    text: "The commit that the plan was made for is no longer part of the base branch",
    next: "Comment `/replan` to plan against the branch as it is now.",
    command: "/replan",
  },
  "branch-taken": {
    type: "person",
    outcome: "refused",
    text: "The branch for this plan holds commits that are not ours",
    next: "Rename or delete that branch, then comment `/retry`.",
    command: "/retry",
  },
  "github-unavailable": {
    type: "transient",
    outcome: "failed",
    text: "GitHub could not be reached, or kept answering with errors",
    next: "Comment `/retry` once GitHub is back (https://www.githubstatus.com).",
    command: "/retry",
  },
  "model-unavailable": {
    type: "transient",
    outcome: "failed",
    text: "The model could not be reached, or kept answering with errors",
    next: "Comment `/retry` once the model provider is back.",
    command: "/retry",
  },
  "model-refused": {
    type: "person",
    outcome: "failed",
    text: "The model provider refused the request (key, quota or model name)",
    next: "Check the model's API key, its quota and the configured model, then comment `/retry`.",
    command: "/retry",
  },
  "budget-exhausted": {
    type: "person",
    outcome: "failed",
    text: "The run used up its token budget",
    next: "Make the task smaller, or raise CODEX_TOKEN_BUDGET and comment `/retry`.",
    command: "/retry",
  },
  "sandbox-unavailable": {
    type: "person",
    outcome: "failed",
    text: "The sandbox could not be proven, so nothing was run",
    next: "See the worker's log for the fix, then comment `/retry`.",
    command: "/retry",
  },
  "sandbox-failed": {
    type: "person",
    outcome: "failed",
    text: "Every command of the agent failed in its sandbox",
    next: "See the worker's log for the fix, then comment `/retry`.",
    command: "/retry",
  },
  "sandbox-limit": {
    type: "permanent",
    outcome: "failed",
    text: "The agent used more processes, memory or disk than it may, and was ended",
    next: "Make the task smaller, or raise the limit that the detail names and comment `/retry`.",
    command: "/retry",
  },
  "deadline-exceeded": {
    type: "permanent",
    outcome: "failed",
    text: "The agent ran into its time limit",
    next: "Make the task smaller, or raise CODEX_DEADLINE_MINUTES and comment `/retry`.",
    command: "/retry",
  },
  idle: {
    type: "transient",
    outcome: "failed",
    text: "The agent showed no activity for too long and was stopped",
    next: "Comment `/retry` to start it again.",
    command: "/retry",
  },
  "agent-failed": {
    type: "permanent",
    outcome: "failed",
    text: "Codex ended without a result",
    next: "Comment `/retry` to start it again, or `/replan` with more detail.",
    command: "/retry",
  },
  "agent-lost": {
    type: "transient",
    outcome: "failed",
    text: "The agent's process ended before it handed over a result",
    next: "Comment `/retry` to start it again.",
    command: "/retry",
  },
  "mediator-lost": {
    type: "permanent",
    outcome: "failed",
    text: "The run was interrupted more often than it may be",
    next: "See why its processes or pods ended (memory, eviction, a restart), then comment `/retry`.",
    command: "/retry",
  },
  "invalid-plan": {
    type: "permanent",
    outcome: "failed",
    text: "The agent's plan does not have the required form",
    next: "Comment `/retry` to start it again, or `/replan` with more detail.",
    command: "/retry",
  },
  "no-changes": {
    type: "permanent",
    outcome: "failed",
    text: "The agent finished without changing anything",
    next: "Comment `/replan` with more detail.",
    command: "/replan",
  },
  "invalid-changes": {
    type: "permanent",
    outcome: "refused",
    text: "The agent's change touches what it may not touch, or is too large",
    next: "Comment `/replan` and say what to leave alone, change the setting that the detail names and comment `/retry`, or make the change by hand.",
    command: "/replan",
  },
  "push-refused": {
    type: "person",
    outcome: "failed",
    text: "GitHub refused the push",
    next: "See the reason given, change the repository's rules or the token, then comment `/retry`.",
    command: "/retry",
  },
  "invalid-task": {
    type: "permanent",
    outcome: "refused",
    text: "What was to be done does not fit what GitHub says",
    next: "If you deleted or moved what asked for it, ask again with `/plan` or `/replan`; otherwise nothing, for nobody asked.",
    command: "/plan",
  },
  internal: {
    type: "permanent",
    outcome: "failed",
    text: "Something failed that should not have",
    next: "Look into the worker's log, then comment `/retry`.",
    command: "/retry",
  },
} as const satisfies Record<string, Code>;

export type FailureCode = keyof typeof codes;
export const failureCodes = Object.keys(codes) as [FailureCode, ...FailureCode[]];

/** A failure with its place in {@link codes}; `detail` is for people and never holds a secret or raw model output. */
export class RunFailure extends Error {
  readonly code: FailureCode;
  readonly detail: string;

  constructor(code: FailureCode, detail = "", options?: ErrorOptions) {
    super(detail ? `${code}: ${detail}` : code, options);
    this.name = "RunFailure";
    this.code = code;
    this.detail = detail;
  }

  get type(): FailureType {
    return codes[this.code].type;
  }
}
