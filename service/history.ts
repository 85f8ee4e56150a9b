import {
  type Command,
  type Comment,
  commandOf,
  type IssueSnapshot,
  isListed,
  markers,
  type Person,
  type Plan,
  type Policy,
  parseNoteIds,
  parseRunIds,
  type RunIds,
  readPlans,
  subjectId,
  type Withdrawal,
  withdrawalOf,
  withdrawnBy,
} from "@froussard/contract";

/** A progress or result comment of ours whose ids belong to this repository and issue. */
export interface RunComment {
  comment: Comment;
  kind: "progress" | "result";
  ids: RunIds;
}

export interface CommandComment {
  comment: Comment;
  author: Person;
  command: Command;
}

/** What has happened on an issue so far, read once from its comments; every list is oldest first. */
export interface History {
  plans: Plan[];
  runs: RunComment[];
  /** Commands of listed people, those that were taken back included. */
  commands: CommandComment[];
  /** Causes that a note of ours has already answered, and the note's code. */
  noted: ReadonlyMap<string, string>;
  /** Whatever was asked for before it is void. */
  withdrawal: Withdrawal;
}

const workMarkers = [markers.plan, markers.progress, markers.result];

/**
 * Only what GitHub says our own account wrote, marker at byte 0, counts as ours (design §6). Work of
 * ours that belongs to another issue came with a transfer, and the commands before it were answered there.
 */
export function readHistory(snapshot: IssueSnapshot, policy: Policy): History {
  const ours = snapshot.comments.filter((comment) => comment.viewerDidAuthor);
  const plans = readPlans(snapshot);
  const runs = ours.flatMap((comment) => readRun(snapshot, comment) ?? []);
  const here = new Set([...plans, ...runs].map(({ comment }) => comment.id));
  const elsewhere = ours.findLast(({ id, body }) => !here.has(id) && workMarkers.some((each) => body.startsWith(each)));
  const commands = snapshot.comments.flatMap((comment) => readCommand(comment, policy) ?? []);
  return {
    plans,
    runs,
    commands: commands.filter(({ comment }) => comment.id > (elsewhere?.id ?? 0)),
    noted: new Map(
      ours.map(({ body }) => parseNoteIds(body)).flatMap((note) => (note ? [[note.cause, note.code]] : [])),
    ),
    withdrawal: withdrawalOf(snapshot, policy),
  };
}

/** Commands that neither a `/cancel` nor a closing has taken back. */
export function standingCommands(history: History): CommandComment[] {
  return history.commands.filter(({ comment }) => !isTakenBack(comment, history));
}

export function isTakenBack(comment: Comment, { withdrawal }: Pick<History, "withdrawal">): boolean {
  return withdrawnBy({ at: comment.createdAt, comment }, withdrawal) !== undefined;
}

/** Name of a comment as the cause of a note. */
export function noteCause(comment: Comment): string {
  return `comment:${comment.id}`;
}

function readCommand(comment: Comment, policy: Policy): CommandComment | undefined {
  const command = commandOf(comment, policy);
  if (!command || !comment.author || !isListed(comment.author, policy)) return undefined;
  return { comment, author: comment.author, command };
}

function readRun(snapshot: IssueSnapshot, comment: Comment): RunComment | undefined {
  for (const kind of ["progress", "result"] as const) {
    const ids = parseRunIds(markers[kind], comment.body);
    if (!ids) continue;
    const { stage, about } = ids;
    const expected = subjectId({ repositoryId: snapshot.repository.id, issueId: snapshot.issue.id, stage, about });
    return ids.subjectId === expected ? { comment, kind, ids } : undefined;
  }
  return undefined;
}
