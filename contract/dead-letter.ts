import * as z from "zod";

/** Where the Sensor hands over a task message that became no Workflow, on a port of its own that no Ingress shows. */
export const deadLetterPath = "/dead-letters";

/** Fields of the task that a dead letter names, each as text; `""` where the message had none. No text written by people. */
export const deadLetterFields = ["taskId", "stage", "repository", "issueNumber", "deliveryId"] as const;

/** A dead letter, as the Sensor's `dlqTrigger` posts it. */
export const deadLetterSchema = z.object(
  Object.fromEntries(deadLetterFields.map((name) => [name, z.string().max(500)])) as Record<
    (typeof deadLetterFields)[number],
    z.ZodString
  >,
);
export type DeadLetter = z.infer<typeof deadLetterSchema>;
