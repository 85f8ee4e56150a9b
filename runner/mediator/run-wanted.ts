import { poll } from "../poll.ts";
import type { MediatorOptions } from "./mediator-options.ts";
import type { PreparedRun, RunRules } from "./prepare-run.ts";
import { createWantedCheck } from "./wanted-check.ts";

type Collaborators = Pick<MediatorOptions, "facts" | "clock" | "log" | "wantedIntervalMs" | "everyWantedLook">;

/** Whether the run's result is still wanted: asked at each request to the model, and every now and then while an agent works. */
export function createRunWanted({ facts, clock, log, wantedIntervalMs, everyWantedLook }: Collaborators) {
  let check = async () => {};
  let stopLooking = () => {};
  return {
    /** Before this, and of a dry run, nobody can take anything back. */
    of({ run, cause }: PreparedRun, { policy }: RunRules): void {
      const { repository, issue } = run.snapshot;
      check = createWantedCheck({
        facts,
        repository: repository.nameWithOwner,
        issueNumber: issue.number,
        policy,
        cause,
        approved: run.implementation && {
          commentId: run.implementation.plan.comment.id,
          // The hash that the task's identity holds, not the plan's as it stands now.
          planSha256: run.about.split(":")[2] ?? "",
        },
        now: () => clock().getTime(),
        intervalMs: wantedIntervalMs,
        warn: (message) => log.warn(message),
      });
    },
    /** @throws RunFailure that ended the run */
    check: () => check(),
    /** Looks by itself until it is stopped; `unwanted` is told why. */
    keepLooking(unwanted: (error: unknown) => void): void {
      stopLooking = poll(everyWantedLook, () => check().catch(unwanted));
    },
    stopLooking: () => stopLooking(),
  };
}
