import type { Policy } from "@froussard/contract";

/** The rules of approval and what else the service needs to know to decide which task comes next. */
export interface ServicePolicy extends Policy {
  /** Issues that were opened (or labelled) earlier are not planned by themselves. ISO 8601. */
  since: string;
  /** Branch that work starts from. @default - the repository's default branch */
  baseBranch?: string;
  /** Prefix of our branches. */
  branchPrefix: string;
  /** Time limit of a run; one that shows nothing for longer (and a grace period) is told as failed. */
  deadlineMinutes: number;
}
