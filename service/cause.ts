import {
  type About,
  type Attempt,
  type Comment,
  type IssueSnapshot,
  type Person,
  type Plan,
  type Stage,
  subjectId,
  taskId,
} from "@froussard/contract";

/** Our reaction that says "published": 👀 on an issue or comment, 🚀 on a plan. */
export interface Mark {
  /** GraphQL node id of what carries the reaction. */
  nodeId: string;
  content: "EYES" | "ROCKET";
  /** The same reaction of ours stands there from before the cause; GitHub keeps its old time unless it is taken away first. */
  stale?: true;
}

/** Why a task is due: who asked for what, and where it is marked as published. */
export interface Cause {
  stage: Stage;
  about: About;
  attempt: Attempt;
  /** When it was asked for. ISO 8601. */
  at: string;
  /** The approving comment, when it was one. */
  comment?: Comment;
  sender: Person;
  marks: Mark[];
  /** Time of our first mark since then; absent while it is not marked as published. ISO 8601. */
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

/** What can carry a mark: an issue or a comment. */
type Markable = Pick<Comment, "nodeId" | "reactions">;

/**
 * Where a cause is marked, and the first time that it was. A reaction of ours from before the cause marks nothing: it was
 * for an earlier cause or another text, or, when bot and person share an account, a person's own.
 */
export function marksOf(
  snapshot: IssueSnapshot,
  at: string,
  places: readonly (readonly [Markable, Mark["content"]])[],
): Pick<Cause, "marks" | "markedAt"> {
  const found = places.map(([place, content]) => ({
    ...markOn(snapshot, place, content),
    nodeId: place.nodeId,
    content,
  }));
  const times = found.flatMap(({ time }) => (time !== undefined && time >= at ? time : [])).toSorted();
  return {
    marks: found.map(({ nodeId, content, time }) => ({
      ...{ nodeId, content },
      ...(time !== undefined && time < at && { stale: true }),
    })),
    ...(times[0] !== undefined && { markedAt: times[0] }),
  };
}

/** Time of our own account's reaction; others' reactions mark nothing. */
export function markOn(
  { viewer }: IssueSnapshot,
  { reactions }: Markable,
  content: Mark["content"],
): { time?: string } {
  const mark = reactions.find((each) => each.content === content && each.user?.id === viewer.id);
  return mark ? { time: mark.createdAt } : {};
}
