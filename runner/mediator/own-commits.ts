import { commitsFromComments } from "./continue-run.ts";
import type { RunContext } from "./ports.ts";
import type { OwnCommits } from "./publish-result.ts";
import type { RunDisplay } from "./run-display.ts";
import type { RunLog } from "./run-log.ts";

/** What mediators of this subject were about to push, as the record and the progress comments have it. */
export function ownCommits(
  { snapshot, subjectId }: RunContext,
  { runLog, display, patienceMs }: { runLog: RunLog; display: RunDisplay; patienceMs: number },
): OwnCommits {
  return {
    has: (commit) => runLog.current?.commit === commit || commitsFromComments(snapshot, subjectId).includes(commit),
    async add(commit) {
      runLog.save({ commit });
      // In a cluster only the comment outlives this process, so it has to know the commit before the branch has it.
      display.show({ state: "publishing" });
      await display.flush(patienceMs);
    },
  };
}
