import type { Readable } from "node:stream";
import type { GitRepository, RunContext } from "./ports.ts";
import type { RunLog } from "./run-log.ts";

/** The run's bare clone, made once and when it is first needed. */
export function createBaseClone(openGit: (run: RunContext) => Promise<GitRepository>, runLog: RunLog) {
  let opened: Promise<GitRepository> | undefined;

  function open(run: RunContext): Promise<GitRepository> {
    opened ??= openGit(run);
    return opened;
  }

  return {
    open,
    /** Brings the base commit here, and notes which of its files instruct an agent. @throws RunFailure */
    async fetchBase(run: RunContext): Promise<void> {
      const repository = await open(run);
      await repository.fetchCommit(run.base.commit);
      runLog.save({ instructions: await repository.instructionFiles(run.base.commit) });
    },
    /** @throws RunFailure */
    pack: async (run: RunContext): Promise<Readable> => (await open(run)).packWorkspace(run.base.commit),
  };
}
