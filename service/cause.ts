import {
  type About,
  type Attempt,
  type IssueSnapshot,
  type Person,
  type Plan,
  type Reaction,
  type Stage,
  subjectId,
  taskId,
} from "@froussard/contract";

/** Our reaction that says "published": 👀 on an issue or comment, 🚀 on a plan. */
export interface Mark {
  /** GraphQL node id of what carries the reaction. */
  nodeId: string;
  content: "EYES" | "ROCKET";
}

/** Why a task is due: who asked for what, and where it is marked as published. */
export interface Cause {
  stage: Stage;
  about: About;
  attempt: Attempt;
  /** When it was asked for. ISO 8601. */
  at: string;
  sender: Person;
  marks: Mark[];
  /** Time of our mark; absent while it is not published. ISO 8601. */
  markedAt?: string;
  /** The approved plan; only in implementation. */
  plan?: Plan;
}

export interface TaskIds {
  subjectId: string;
  taskId: string;
}

/** The identity that a cause gives, whoever works it out and whenever (design §2.4). */
export function identify(
  { repositoryId, issueId, issueNumber }: { repositoryId: number; issueId: number; issueNumber: number },
  { stage, about, attempt }: Pick<Cause, "stage" | "about" | "attempt">,
): TaskIds {
  const subject = subjectId({ repositoryId, issueId, stage, about });
  return { subjectId: subject, taskId: taskId(stage, issueNumber, subject, attempt) };
}

/** {@link identify} for the issue of a snapshot. */
export function identifyIn(snapshot: IssueSnapshot, cause: Pick<Cause, "stage" | "about" | "attempt">): TaskIds {
  const { repository, issue } = snapshot;
  return identify({ repositoryId: repository.id, issueId: issue.id, issueNumber: issue.number }, cause);
}

/** Time of our own account's reaction; others' reactions mark nothing. */
export function markedAt(
  { viewer }: IssueSnapshot,
  reactions: readonly Reaction[],
  content: Mark["content"],
): { markedAt?: string } {
  const mark = reactions.find((each) => each.content === content && each.user?.id === viewer.id);
  return mark ? { markedAt: mark.createdAt } : {};
}
