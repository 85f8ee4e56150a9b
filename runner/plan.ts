import * as z from "zod";

const line = (max: number) => z.string().trim().min(1).max(max);
const lines = (max: number) => z.array(line(1_000)).max(max);

/**
 * What Codex must answer in planning. Every field is required and nothing else may stand there, as strict output
 * schemas of the Responses API demand; Codex does not check the answer itself, so the mediator does.
 */
export const planSchema = z.strictObject({
  summary: line(4_000),
  steps: z
    .array(z.strictObject({ title: line(300), detail: z.string().max(4_000) }))
    .min(1)
    .max(30),
  files: z
    .array(
      z.strictObject({ path: line(400), action: z.enum(["create", "change", "delete"]), reason: z.string().max(500) }),
    )
    .max(100),
  commands: lines(30),
  risks: lines(20),
  tests: lines(30),
  openQuestions: lines(20),
});
export type PlanAnswer = z.infer<typeof planSchema>;

/** What Codex must answer at the end of an implementation; the change itself is read from the working copy. */
export const changeReportSchema = z.strictObject({
  title: line(200),
  summary: line(8_000),
  tests: lines(30),
});
export type ChangeReport = z.infer<typeof changeReportSchema>;
