import * as z from "zod";
import { type About, commitPattern, sha256Pattern, subjectIdPattern, taskIdPattern } from "./identity.ts";
import { failureCodes, outcomes } from "./outcomes.ts";
import { stages } from "./stages.ts";

/**
 * First bytes of every comment we write. A comment counts as ours only when GitHub says that our account wrote it
 * *and* its marker stands at byte 0: quoting a marker makes nothing ours.
 */
export const markers = {
  /** A plan: marker, plan, `planEnd`, then our footer. */
  plan: "<!-- codex:plan -->",
  planEnd: "<!-- codex:end -->",
  /** The one comment of a stage that is edited while it runs. */
  progress: "<!-- codex:progress -->",
  /** The one new comment at the end of a stage. */
  result: "<!-- codex:result -->",
  /** A question or a hint to people. */
  note: "<!-- codex:note -->",
} as const;

/** Whatever begins like this was written by the pipeline and is never read as a command. */
export const markerPrefix = "<!-- codex:";

const about = z.custom<About>(
  (value) =>
    typeof value === "string" && /^(issue|command:[1-9][0-9]{0,15}|plan:[1-9][0-9]{0,15}:[0-9a-f]{64})$/.test(value),
  "expected issue, command:<id> or plan:<id>:<sha256>",
);
const id = z.int().positive();
const runFields = {
  taskId: z.string().regex(taskIdPattern),
  subjectId: z.string().regex(subjectIdPattern),
  about,
};

/** Hidden in the footer of a plan. Never the plan's hash: that is always computed from the text as it stands. */
export const planIds = z.object({
  repositoryId: id,
  issueId: id,
  ...runFields,
  baseCommit: z.string().regex(commitPattern),
  issueTextSha256: z.string().regex(sha256Pattern),
});
export type PlanIds = z.infer<typeof planIds>;

/** Hidden in the second line of progress and result comments; `record` is the mediator's own, checked by the runner. */
export const runIds = z.object({
  ...runFields,
  stage: z.enum(stages),
  outcome: z.enum(outcomes).optional(),
  code: z.enum(failureCodes).optional(),
  record: z.unknown().optional(),
});
export type RunIds = z.infer<typeof runIds>;

/** Hidden in the second line of a note: what it answers, so that it is asked once. */
export const noteIds = z.object({ cause: z.string().min(1).max(200), code: z.string().min(1).max(60) });
export type NoteIds = z.infer<typeof noteIds>;

const idsPattern = /<!-- codex:ids (\{[^\n]*\}) -->/;

/** An HTML comment that carries ids; what would end it early is escaped inside the JSON. */
export function hiddenIds(ids: PlanIds | RunIds | NoteIds): string {
  const json = JSON.stringify(ids).replaceAll("<", "\\u003c").replaceAll(">", "\\u003e");
  return `<!-- codex:ids ${json} -->`;
}

/** A progress, result or note comment: marker at byte 0, ids in the second line, then what people read. */
export function markedComment(marker: string, ids: RunIds | NoteIds, text: string): string {
  return `${marker}\n${hiddenIds(ids)}\n${text}`;
}

function readIds<T>(schema: z.ZodType<T>, text: string): T | undefined {
  const json = idsPattern.exec(text)?.[1];
  if (json === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // Somebody edited the comment: without ids it says nothing, which is what undefined means here.
    return undefined;
  }
  return schema.safeParse(value).data;
}

/** The ids of a progress or result comment, or undefined when the body is not such a comment. */
export function parseRunIds(marker: string, body: string): RunIds | undefined {
  if (!body.startsWith(marker)) return undefined;
  return readIds(runIds, body.split(/\r?\n/, 2)[1] ?? "");
}

/** The ids of a note, or undefined when the body is not one. */
export function parseNoteIds(body: string): NoteIds | undefined {
  if (!body.startsWith(markers.note)) return undefined;
  return readIds(noteIds, body.split(/\r?\n/, 2)[1] ?? "");
}

/** A plan comment taken apart: the text that is approved, and the ids in the footer. */
export interface PlanBody {
  text: string;
  ids: PlanIds;
}

/** Takes a plan comment's body apart; undefined when it is not exactly marker, text, end marker, footer with ids. */
export function parsePlanBody(body: string): PlanBody | undefined {
  if (!body.startsWith(markers.plan)) return undefined;
  const parts = body.slice(markers.plan.length).split(markers.planEnd);
  const [text, footer] = parts;
  if (parts.length !== 2 || text === undefined || footer === undefined) return undefined;
  const ids = readIds(planIds, footer);
  return ids && { text, ids };
}

/** The body of a plan comment. Throws when the text contains a marker, which would make it unreadable as a plan. */
export function planBody(text: string, ids: PlanIds, footer: string): string {
  for (const part of [text, footer])
    if (part.includes(markerPrefix)) throw new Error(`a plan's text and footer may not contain ${markerPrefix}`);
  return `${markers.plan}\n${text}\n${markers.planEnd}\n${hiddenIds(ids)}\n${footer}`;
}
