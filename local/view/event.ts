import { failureCodes, outcomes, repositoryPattern, stages, taskIdPattern } from "@froussard/contract";
import { activities } from "codex-runner/protocol";
import * as z from "zod";

const at = z.iso.datetime().describe("when it happened");
const repository = z.string().regex(repositoryPattern).describe("owner/name");
const issueNumber = z.int().positive().describe("number of the issue in its repository");
const count = z.int().nonnegative();
const taskId = z.string().regex(taskIdPattern).describe("identity of the task; the same in comments and logs");
const code = z.enum(failureCodes).describe("why it ended so; see the codes in contract/outcomes.ts");

const issue = {
  repository,
  issueNumber,
  issueUrl: z.string().describe("where people read the issue"),
  title: z.string().describe("as its author wrote it: text of people, never to be trusted"),
};
const task = { taskId, stage: z.enum(stages).describe("what is asked for"), ...issue };

/** What a run has cost so far. */
export const usage = z.object({
  model: z.string().describe("name of the model"),
  requests: count.describe("to the model"),
  inputTokens: count.describe("sent, all requests together"),
  cachedInputTokens: count.describe("of the input tokens, what the provider had in its cache"),
  outputTokens: count.describe("answered"),
  estimated: z.boolean().describe("the sum is an upper bound"),
  seconds: z.number().nonnegative().describe("of all attempts"),
  cost: z.string().optional().describe("when prices are set, with the currency"),
});

/** The one thing that a person can do now, and where. */
export const nextStep = z.object({
  text: z.string().describe("what to do"),
  url: z.string().describe("where"),
});
export type NextStep = z.infer<typeof nextStep>;

const variant = <Name extends string, Shape extends z.ZodRawShape>(name: Name, description: string, shape: Shape) =>
  z.object({ event: z.literal(name), at, ...shape }).describe(description);

/**
 * What the one-machine pipeline tells while it works: one JSON object a line with `--json`, and what the view for people
 * is made from. Stable: names and meanings stay, fields and events may be added, so that readers ignore what they do not
 * know. A change that breaks this counts `format` up. docs/local-events.md is the page about it.
 */
export const eventSchema = z.discriminatedUnion("event", [
  variant("simulated", "The demo's outside is there.", {
    github: z.string().describe("address of the simulated GitHub"),
    model: z.string().describe("address of the simulated model"),
    issuesUrl: z.string().describe("where to open an issue"),
    maintainer: z.string().describe("login of who may approve"),
  }),
  variant("ready", "The pipeline is at work.", {
    format: z.literal(1).describe("1; another number when readers have to change"),
    account: z.string().describe("login that writes the comments"),
    approvers: z.array(z.string()).describe("logins of the people who may approve"),
    repositories: z.array(repository).describe("owner/name of each"),
    webhooks: z.string().optional().describe("where webhooks are taken, with --webhook"),
    backlog: z.array(taskId).describe("tasks that an earlier start left in the queue"),
  }),
  variant("queued", "A task is in the queue.", task),
  variant("started", "A task was taken from the queue.", { ...task, try: count.describe("1 for the first time") }),
  variant("attempt", "An attempt of the run begins: GitHub is asked, the repository fetched.", {
    taskId,
    number: count.describe("1 for the first"),
  }),
  variant("progress", "How a run stands; after each change.", {
    taskId,
    phase: z.enum(["working", "publishing", "ended"]).describe("publishing: Codex is done, its result is posted"),
    activity: z.enum(activities).optional().describe("what Codex does"),
    todo: z
      .array(z.object({ text: z.string().describe("one line"), done: z.boolean().describe("whether it is done") }))
      .describe("Codex's own list: text of the model, never to be trusted"),
    usage: usage.describe("what it has cost so far"),
  }),
  variant("retry", "It did not work out and is tried again by itself.", {
    taskId,
    seconds: z.number().nonnegative().describe("until the next try"),
    code: code.optional(),
    reason: z.string().describe("what did not work out"),
  }),
  variant("ended", "A task has its end, which was told on GitHub.", {
    ...task,
    outcome: z.enum(outcomes).describe("how it ended"),
    code: code.optional(),
    detail: z.string().optional().describe("more about the code"),
    url: z.string().optional().describe("of the plan, or of the pull request"),
    summary: z.string().describe("what happened, in one sentence"),
    next: nextStep.describe("the one thing that a person can do now"),
  }),
  variant("handed-back", "A task was stopped with the pipeline; the next start goes on with it.", { taskId }),
  variant("dropped", "A message in the queue was no task.", {
    key: z.string().describe("of the message"),
    reason: z.string().describe("what is wrong with it"),
  }),
  variant("plan-waiting", "A plan can be approved; told once for each, also after a start.", {
    ...issue,
    url: z.string().describe("of the plan"),
  }),
  variant("plan-gone", "No plan of the issue can be approved any more.", { repository, issueNumber }),
  variant("issue-closed", "Nothing of the issue waits for anybody any more.", { repository, issueNumber }),
  variant("log", "A line of the log, from the level on that LOG_LEVEL names.", {
    level: z.enum(["debug", "info", "warn", "error"]).describe("how bad it is"),
    message: z.string().describe("what happened"),
    fields: z.record(z.string(), z.unknown()).describe("ids and numbers; not part of what is stable"),
  }),
  variant("stopping", "The pipeline ends; what is under way is finished or written down.", {
    reason: z.string().describe("who or what asked for it"),
    underWay: z.array(taskId).describe("tasks that are finished or written down"),
  }),
  variant("stopped", "Everything is ended and written down.", {}),
]);
export type PipelineEvent = z.infer<typeof eventSchema>;

/** An event before it has its time. */
export type Told = PipelineEvent extends infer Event ? (Event extends unknown ? Omit<Event, "at"> : never) : never;
export type Tell = (told: Told) => void;
