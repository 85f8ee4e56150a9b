import {
  type Comment,
  type IssueSnapshot,
  markers,
  type PlanBody,
  parsePlanBody,
  parseRunIds,
  type RunIds,
  type Stage,
  subjectId,
} from "@froussard/contract";

/** A progress or result comment with its ids. */
export interface RunComment {
  comment: Comment;
  ids: RunIds;
}

/** What a pipeline has left on an issue, whoever looks: a person's token cannot tell which account is the pipeline's. */
export interface Trace {
  /** Visible comments that begin as a plan; without `body` it is none of this issue's. */
  plans: { comment: Comment; body?: PlanBody }[];
  progress: RunComment[];
  results: RunComment[];
  /** Questions and hints to people. */
  notes: Comment[];
}

/** A login as it can be compared: REST calls an App's account `name[bot]`, GraphQL `name`, and case is no difference. */
export function plainLogin(login: string): string {
  return login.replace(/\[bot\]$/, "").toLowerCase();
}

/** Reads an issue's comments; `account` is the login that the pipeline writes with, anybody when absent. Pure. */
export function readTrace({ repository, issue, comments }: IssueSnapshot, account?: string): Trace {
  const isOwn = ({ author }: Comment) =>
    account === undefined || (author !== undefined && plainLogin(author.login) === plainLogin(account));
  const own = comments.filter(isOwn);
  const visible = own.filter(({ isMinimized }) => !isMinimized);
  const belongs = (ids: { subjectId: string; about: RunIds["about"] }, stage: Stage) =>
    ids.subjectId === subjectId({ repositoryId: repository.id, issueId: issue.id, stage, about: ids.about });
  const runs = (marker: string, among: readonly Comment[]) =>
    among.flatMap((comment) => {
      const ids = parseRunIds(marker, comment.body);
      return ids && belongs(ids, ids.stage) ? [{ comment, ids }] : [];
    });
  return {
    plans: visible
      .filter(({ body }) => body.startsWith(markers.plan))
      .map((comment) => {
        const body = parsePlanBody(comment.body);
        const isOurs = body?.ids.repositoryId === repository.id && body.ids.issueId === issue.id;
        return { comment, ...(isOurs && belongs(body.ids, "planning") && { body }) };
      }),
    // The progress of a stage that is over is folded away.
    progress: runs(markers.progress, own),
    results: runs(markers.result, visible),
    notes: visible.filter(({ body }) => body.startsWith(markers.note)),
  };
}
