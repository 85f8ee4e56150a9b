import * as z from "zod";
import { activities, progressReport } from "../protocol.ts";
import { ledgerSchema } from "./ledger.ts";
import { accountSchema } from "./run-account.ts";

/**
 * How a run stands: what the agent reported last, and what it has cost so far. In `publishing` the agent is done and its
 * result is brought to GitHub.
 */
export const runState = z.object({
  phase: z.enum(["working", "publishing", "ended"]),
  activity: z.enum(activities).optional(),
  todo: progressReport.shape.todo,
  ledger: ledgerSchema,
});
export type RunState = z.infer<typeof runState>;

/**
 * A line that the mediator writes to its standard output, for the process that started it: first that it listens, then
 * each state of its run, and last what the run was and has cost. Its todo list holds text of the model; everything else is numbers and names.
 */
export const outputLine = z.union([
  z.object({ ready: z.literal(true), listen: z.string() }),
  z.object({ state: runState }),
  z.object({ ledger: accountSchema }),
]);
export type OutputLine = z.infer<typeof outputLine>;
