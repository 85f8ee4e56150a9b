import { failureCodes, outcomes } from "@froussard/contract";
import * as z from "zod";

/** What the report found on GitHub, or where nothing is posted, what would have been posted. */
export const runTaskResult = z.object({
  outcome: z.enum(outcomes),
  code: z.enum(failureCodes).optional(),
  detail: z.string().optional(),
  planCommentUrl: z.string().optional(),
  pullRequestUrl: z.string().optional(),
  usage: z.unknown().optional(),
  /** Markdown; only of a dry run. */
  text: z.string().optional(),
});
export type RunTaskResult = z.infer<typeof runTaskResult>;
