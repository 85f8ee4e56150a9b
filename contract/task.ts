import * as z from "zod";
import { sha256Pattern, taskIdPattern } from "./identity.ts";
import { limits } from "./limits.ts";

/**
 * What a field's text may hold so that it can cross Argo: no template braces, no control characters, no spaces.
 * Everything that people write (titles, bodies, prompts) fails this on purpose and stays out of the Sensor.
 */
const refPattern = /^(?!-)(?!.*(?:\.\.|\/\/|@\{))[A-Za-z0-9._/+@=-]{1,200}$/;
/** A repository as `owner/name`. Owners of managed users carry an underscore (`name_company`); `.` and `..` would climb in an address. */
export const repositoryPattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;
const loginPattern = /^[A-Za-z0-9_-]{1,60}(?:\[bot\])?$/;
const urlPattern = /^https?:\/\/[A-Za-z0-9._:[\]-]{1,255}(?:\/[A-Za-z0-9._~%/-]*)?(?:#[A-Za-z0-9_-]{1,64})?$/;

declare module "zod" {
  interface GlobalMeta {
    /** Whether the Sensor maps this field into a Workflow parameter: `argument`, `annotation`, or not at all. */
    argo?: "argument" | "annotation";
  }
}

const text = (description: string) => z.string().meta({ description });
const id = (description: string) =>
  z.int().positive().max(Number.MAX_SAFE_INTEGER).meta({ description, argo: "argument" });

const common = {
  prompt: text("What is asked for, in one paragraph, for consumers that know nothing else"),
  repository: z
    .string()
    .regex(repositoryPattern)
    .meta({ description: "owner/name, to be shown; the id decides", argo: "argument" }),
  base: z
    .string()
    .regex(refPattern)
    .meta({ description: "Branch the work starts from; the runner derives it again", argo: "argument" }),
  head: z
    .string()
    .regex(refPattern)
    .meta({ description: "Branch the work ends on; the runner derives it again", argo: "argument" }),
  issueNumber: id("Number of the issue in its repository"),
  issueUrl: z
    .string()
    .max(500)
    .regex(urlPattern)
    .meta({ description: "Where people read the issue", argo: "argument" }),
  issueTitle: text("Title, cut when long; the runner reads the original"),
  issueBody: text("Body, cut when long; the runner reads the original"),
  sender: z
    .string()
    .regex(loginPattern)
    .meta({ description: "Login of the account that caused the task", argo: "annotation" }),
  issuedAt: z.iso.datetime().meta({ description: "When the task was made", argo: "annotation" }),
  taskId: z
    .string()
    .regex(taskIdPattern)
    .meta({ description: "Identity of this try; name of the Workflow", argo: "argument" }),
  repositoryId: id("GitHub's numeric id of the repository"),
  deliveryId: z
    .string()
    .regex(/^[0-9A-Za-z-]{1,64}$/)
    .optional()
    .meta({
      description: "Delivery id of the webhook that caused the task; absent when the reconcile loop made it",
      argo: "annotation",
    }),
};

const planningTask = z.object({
  stage: z.literal("planning").meta({ description: "Which stage is asked for", argo: "argument" }),
  ...common,
});

const implementationTask = z.object({
  stage: z.literal("implementation").meta({ description: "Which stage is asked for", argo: "argument" }),
  ...common,
  planCommentId: id("Numeric id of the approved plan comment"),
  planCommentUrl: z
    .string()
    .max(500)
    .regex(urlPattern)
    .meta({ description: "Where people read the plan", argo: "argument" }),
  planCommentBody: text("The plan comment, cut when long; the runner reads the original"),
  planSha256: z
    .string()
    .regex(sha256Pattern)
    .meta({ description: "Hash of the plan that was approved", argo: "argument" }),
});

/**
 * A task message: the value of a record on `github.codex.tasks`. Optional fields are left out, never null (the Sensor
 * turns null into the string "null"). Readers ignore fields they do not know.
 */
export const taskSchema = z
  .discriminatedUnion("stage", [planningTask, implementationTask])
  .meta({ id: "CodexTask", title: "Codex task", description: "What the service asks a run to do" });

export type Task = z.infer<typeof taskSchema>;
export type PlanningTask = z.infer<typeof planningTask>;
export type ImplementationTask = z.infer<typeof implementationTask>;

/** Every field of a task message with its schema, in the order of {@link taskSchema}. */
export const taskFields: Readonly<Record<string, z.ZodType>> = implementationTask.shape;

/**
 * Serializes a task for Kafka.
 * @throws Error when the task does not fit its schema or is larger than {@link limits.taskBytes}.
 */
export function serializeTask(task: Task): string {
  const json = JSON.stringify(taskSchema.parse(task));
  const bytes = Buffer.byteLength(json);
  if (bytes > limits.taskBytes)
    throw new Error(
      `task ${task.taskId} has ${bytes} bytes, more than ${limits.taskBytes}; cut its texts with cutText`,
    );
  return json;
}
