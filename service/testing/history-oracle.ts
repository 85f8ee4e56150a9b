import {
  type About,
  type Comment,
  labels,
  markers,
  planSha256,
  type Stage,
  subjectId,
  taskId,
} from "@froussard/contract";
import { bot, type FakeIssue, owner } from "./fake-github.ts";

/**
 * What the service owes an issue when everything has come to rest, as a person would find by reading the comments; one
 * line for each thing that somebody asked for and nobody answered. In its own words, not those of the code under test.
 */
export function unanswered(on: FakeIssue, pullRequests: readonly string[]): string[] {
  if (on.issue.state !== "OPEN" || on.issue.labels.includes(labels.skip)) return [];
  const reading = read(on);
  return [
    ...lostApproval(reading, pullRequests),
    ...lostRequest(reading),
    ...lostEdit(reading),
    ...lostRetry(reading),
    ...lostWord(reading),
  ];
}

interface Ours {
  comment: Comment;
  about: About;
  taskId: string;
  subjectId: string;
  stage: Stage;
  outcome?: string;
}

interface Asked {
  at: string;
  id?: number;
}

/** The issue's comments, sorted by what they are to a person. */
interface Reading {
  on: FakeIssue;
  plans: Ours[];
  progress: Ours[];
  ends: Ours[];
  /** Cause and code of each note. */
  notes: Map<string, string>;
  /** Listed comments with this first line that were neither edited nor hidden, on this issue and not taken back. */
  standing: (...names: string[]) => Comment[];
  /** The same, but edited, hidden and taken back all the same. */
  ever: (name: string) => Comment[];
  isTakenBack: (asked: Asked) => boolean;
}

function read(on: FakeIssue): Reading {
  const { comments, issue, repository } = on;
  const ours = comments.filter(({ author }) => author === bot);
  const marked = (marker: string) => ours.filter(({ body }) => body.startsWith(marker));
  // A plan's ids do not name its stage.
  const work = (marker: string): Ours[] =>
    marked(marker).map((comment) => ({
      stage: "planning",
      ...(hidden(comment) as Omit<Ours, "comment" | "stage"> & { stage?: Stage }),
      comment,
    }));
  const isHere = ({ stage, about, subjectId: id }: Ours) =>
    id === subjectId({ repositoryId: repository.id, issueId: issue.id, stage, about });
  const [plans, progress, results] = [markers.plan, markers.progress, markers.result].map(work) as [
    Ours[],
    Ours[],
    Ours[],
  ];
  // Work for another issue came with a transfer, and the commands before it were answered there.
  const moved = [...plans, ...progress, ...results].filter((each) => !isHere(each)).map(({ comment }) => comment.id);
  const ever = (name: string) => comments.filter((each) => each.author === owner && nameOf(each) === name);
  const isTakenBack = ({ at, id }: Asked) =>
    (issue.closedAt ?? "") >= at ||
    ever("/cancel").some((cancel) => (id === undefined ? cancel.createdAt >= at : cancel.id > id));
  return {
    ...{ on, ever, isTakenBack },
    plans: plans.filter(isHere),
    progress: progress.filter(isHere),
    ends: results.filter(isHere).filter(({ outcome }) => outcome !== undefined),
    notes: new Map(marked(markers.note).map((note) => [String(hidden(note)["cause"]), String(hidden(note)["code"])])),
    standing: (...names) =>
      names
        .flatMap(ever)
        .filter((each) => each.lastEditedAt === undefined && !each.isMinimized)
        .filter(({ id }) => moved.every((before) => id > before))
        .filter(({ id, createdAt: at }) => !isTakenBack({ at, id }))
        .toSorted((a, b) => a.id - b.id),
  };
}

/** A valid approval of the plan that stands has led to a pull request or to an end that was told. */
function lostApproval(reading: Reading, pullRequests: readonly string[]): string[] {
  const { on, plans, ends, notes, ever, standing, isTakenBack } = reading;
  const newest = Math.max(...plans.map(ageOf));
  const plan = plans.find((each) => ageOf(each) === newest && !each.comment.isMinimized)?.comment;
  if (!plan || (plan.lastEditedAt !== undefined && plan.editor !== bot && plan.editor !== owner)) return [];
  const cancels = ever("/cancel").filter((each) => each.lastEditedAt === undefined && !each.isMinimized);
  const replan = ever("/replan").findLast(({ id }) => id > newest);
  const isSuperseded =
    replan && replan.createdAt > (on.issue.closedAt ?? "") && !cancels.some(({ id }) => id > replan.id);
  if (isSuperseded) return [];
  const since = plan.lastEditedAt ?? plan.createdAt;
  const liked: Asked[] = plan.reactions
    .filter(({ content, user }) => content === "THUMBS_UP" && user === owner)
    .map(({ createdAt: at }) => ({ at }));
  const said: Asked[] = standing("/approve", "execute plan").map(({ createdAt: at, id }) => ({ at, id }));
  const valid = [...liked, ...said].filter((each) => each.at > since && !isTakenBack(each));
  const last = valid.toSorted((a, b) => (a.at < b.at ? -1 : 1)).at(-1);
  if (!last) return [];
  const text = plan.body.slice(markers.plan.length, plan.body.indexOf(markers.planEnd));
  const name = `${plan.id}:${planSha256(text, "c".repeat(40))}`;
  if (pullRequests.includes(name)) return [];
  const end = ends.findLast(({ about }) => about === `plan:${name}`)?.comment;
  if (!end) return [`the approval of plan ${plan.id} at ${last.at} led to nothing`];
  const isYounger = last.id === undefined ? last.at > end.createdAt : last.id > end.id;
  return isYounger && !notes.has(`again:${end.id}`)
    ? [`approving plan ${plan.id} again at ${last.at} had no answer`]
    : [];
}

/** Some `/approve` that came to nothing has been asked about, or one has been carried out. */
function lostWord({ progress, notes, standing }: Reading): string[] {
  const last = standing("/approve", "execute plan", "/approve 00000000").at(-1);
  if (!last || progress.some(({ about }) => about.startsWith("plan:"))) return [];
  return notes.has(`comment:${last.id}`) ? [] : [`the approval ${last.id} had no answer`];
}

/** The newest request has a plan, an end or a note; behind one that a note refused, the one before it has. */
function lostRequest({ on, plans, ends, notes, standing, isTakenBack }: Reading): string[] {
  for (const { id } of standing("/plan", "/replan").toReversed()) {
    if ([...plans, ...ends].some(({ about }) => about === `command:${id}`)) return [];
    if (!notes.has(`comment:${id}`)) return [`the request ${id} had no answer`];
  }
  const isAsked = on.issue.author === owner && !isTakenBack({ at: on.issue.createdAt });
  const hasBeenHere = on.comments.some(
    ({ author, body }) => author === bot && [markers.plan, markers.result].some((each) => body.startsWith(each)),
  );
  return isAsked && !hasBeenHere ? ["the opening of the issue had no answer"] : [];
}

/** The last `/replan`, if it was edited before it was heard, has a note. */
function lostEdit({ plans, progress, ends, notes, ever, isTakenBack }: Reading): string[] {
  const last = ever("/replan").at(-1);
  if (last?.lastEditedAt === undefined || last.isMinimized || isTakenBack({ at: last.createdAt, id: last.id }))
    return [];
  const isHeard = [...plans, ...progress, ...ends].some(({ about }) => about === `command:${last.id}`);
  return isHeard || notes.has(`comment:${last.id}`) ? [] : [`the edited request ${last.id} had no answer`];
}

/** The newest `/retry` has a run or a note, unless what failed was done since, or a request between them stands for it. */
function lostRetry({ on, plans, progress, ends, notes, standing }: Reading): string[] {
  for (const { id } of standing("/retry").toReversed()) {
    const note = notes.get(`comment:${id}`);
    if (note === "already-running") continue;
    if (note !== undefined) return [];
    const failure = ends.findLast(({ comment }) => comment.id < id);
    if (!failure) return [`the /retry ${id} had no answer`];
    const { stage, about } = failure;
    const own = taskId(stage, on.issue.number, failure.subjectId, id);
    const isRun = [...progress, ...plans, ...ends].some((each) => each.taskId === own);
    const isDone = [...plans, ...ends.filter(({ outcome }) => outcome === "done")].some(
      (each) => each.about === about && each.comment.id > id,
    );
    const instead = standing("/plan", "/replan").filter(
      (each) => each.id < id && each.id > (failure?.comment.id ?? id),
    );
    return isRun || isDone || instead.length > 0 ? [] : [`the /retry ${id} had no answer`];
  }
  return [];
}

/** The first line; of a `/replan` without what follows it. */
function nameOf({ body }: Comment): string | undefined {
  const line = body.split("\n", 1)[0] ?? "";
  return /^\/replan( |$)/.test(line) ? "/replan" : line;
}

function ageOf({ about }: Ours): number {
  return Number(/^command:(\d+)$/.exec(about)?.[1] ?? 0);
}

function hidden({ body }: Comment): Record<string, unknown> {
  return JSON.parse(/<!-- codex:ids (.*) -->/.exec(body)?.[1] ?? "{}");
}
