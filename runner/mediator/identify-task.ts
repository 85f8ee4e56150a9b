import {
  type About,
  type Attempt,
  type Command,
  type Comment,
  commandOf,
  currentPlan,
  type IssueSnapshot,
  isListed,
  markers,
  type Person,
  type Policy,
  parseRunIds,
  readPlans,
  type Stage,
  subjectId,
  taskId,
} from "@froussard/contract";

/** What a message says that it is. All of it is checked, none of it believed. */
export interface Claim {
  stage: Stage;
  /** Absent when a person starts a run by hand: then the newest thing asked for is meant. */
  taskId?: string | undefined;
  planCommentId?: number | undefined;
  planSha256?: string | undefined;
}

/** A task that GitHub confirms was asked for. */
export interface TaskIdentity {
  stage: Stage;
  about: About;
  attempt: Attempt;
  subjectId: string;
  taskId: string;
  cause: Cause;
}

/** What asked for the task: the comment, or, for planning by itself, the time of the issue or its label. */
export interface Cause {
  at: string;
  comment?: Comment;
  /** Who asked for it, where that is known by now. */
  by?: Person;
}

/**
 * Finds out which piece of work a task id means, by recomputing the ids of everything that a listed person asked for on
 * this issue. `fault` says why nothing fits. Whether a plan is approved is not decided here. Pure.
 */
export function identifyTask(snapshot: IssueSnapshot, policy: Policy, claim: Claim): TaskIdentity | { fault: string } {
  const subjects =
    claim.stage === "planning" ? planningSubjects(snapshot, policy) : planSubjects(snapshot, policy, claim);
  if ("fault" in subjects) return subjects;
  const tasks = subjects.flatMap((subject) => attemptsOf(snapshot, policy, claim.stage, subject));
  const found = claim.taskId === undefined ? tasks[0] : tasks.find((task) => task.taskId === claim.taskId);
  if (found) return found;
  return {
    fault:
      claim.taskId === undefined
        ? "nothing on the issue asks for a plan: a listed person must open it or comment `/plan`"
        : `nothing on the issue asks for ${claim.taskId}`,
  };
}

interface Candidate {
  about: About;
  /** Absent when the subject itself is not confirmed; then only a `/retry` of it can be. */
  cause?: Cause;
}

/** Newest first, so that a run by hand means what was asked for last. */
function planningSubjects({ issue, comments }: IssueSnapshot, policy: Policy): Candidate[] {
  const commands = comments.filter((comment) => {
    const name = commandOf(comment, policy)?.name;
    return name === "plan" || name === "replan";
  });
  const cause = automaticCause(issue, policy);
  return [
    ...commands.reverse().map(
      (comment): Candidate => ({
        about: `command:${comment.id}`,
        cause: causeBy(comment.createdAt, comment.author, comment),
      }),
    ),
    { about: "issue", ...(cause && { cause }) },
  ];
}

/** Why an issue is planned by itself under the policy, if it is. */
function automaticCause(issue: IssueSnapshot["issue"], { trigger, approverIds }: Policy): Cause | undefined {
  const policy = { trigger, approverIds };
  if (trigger.kind === "author")
    return isListed(issue.author, policy) ? causeBy(issue.createdAt, issue.author) : undefined;
  if (trigger.kind === "command" || !issue.labels.includes(trigger.label)) return undefined;
  const event = issue.labelEvents.findLast(({ label }) => label === trigger.label);
  return event && isListed(event.actor, policy) ? causeBy(event.createdAt, event.actor) : undefined;
}

function causeBy(at: string, by: Person | undefined, comment?: Comment): Cause {
  return { at, ...(comment && { comment }), ...(by && { by }) };
}

function planSubjects(snapshot: IssueSnapshot, policy: Policy, claim: Claim): Candidate[] | { fault: string } {
  if (claim.taskId === undefined && claim.planCommentId === undefined) {
    const verdict = currentPlan(snapshot, policy);
    if ("reason" in verdict) return { fault: `there is no plan to carry out: ${verdict.reason}` };
    const { comment, sha256 } = verdict.plan;
    return [{ about: `plan:${comment.id}:${sha256}`, cause: { at: comment.createdAt, comment } }];
  }
  // Without a comment's id (a run by hand, told by its record's task id) each plan of ours may be the one.
  const wanted = claim.planCommentId;
  const plans = readPlans(snapshot).filter(({ comment }) => wanted === undefined || comment.id === wanted);
  if (plans.length === 0) return { fault: `comment ${wanted ?? "(none given)"} is no plan of ours on this issue` };
  // The hash as claimed, not as computed: a plan edited since then is a refusal to be explained, not an unknown task.
  return plans.map(({ comment, sha256 }) => ({
    about: `plan:${comment.id}:${claim.planSha256 ?? sha256}`,
    cause: { at: comment.createdAt, comment },
  }));
}

/** The first try of a subject and every later one that a `/retry` after a failure of ours asked for, newest first. */
function attemptsOf(
  snapshot: IssueSnapshot,
  policy: Policy,
  stage: Stage,
  { about, cause }: Candidate,
): TaskIdentity[] {
  const { repository, issue, comments } = snapshot;
  const subject = subjectId({ repositoryId: repository.id, issueId: issue.id, stage, about });
  const identity = (attempt: Attempt, why: Cause): TaskIdentity => ({
    stage,
    about,
    attempt,
    subjectId: subject,
    taskId: taskId(stage, issue.number, subject, attempt),
    cause: why,
  });
  const failed = comments.find(({ body, viewerDidAuthor }) => {
    const ids = viewerDidAuthor ? parseRunIds(markers.result, body) : undefined;
    return ids?.subjectId === subject && ids.outcome !== "done";
  });
  const retries = failed
    ? comments.filter((comment) => comment.id > failed.id && isCommand(comment, policy, "retry"))
    : [];
  return [
    ...retries.reverse().map((comment) => identity(comment.id, causeBy(comment.createdAt, comment.author, comment))),
    ...(cause ? [identity(0, cause)] : []),
  ];
}

function isCommand(comment: Comment, policy: Policy, name: Command["name"]): boolean {
  return commandOf(comment, policy)?.name === name;
}
