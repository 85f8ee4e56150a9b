import type { Logger } from "pino";
import type { RunState } from "./output-line.ts";
import type { Ledger, ProgressText, Publisher, RunContext } from "./ports.ts";
import { createProgressBoard } from "./progress-board.ts";
import type { RunLog } from "./run-log.ts";

type Shown = Pick<ProgressText, "state" | "report" | "url">;

export interface RunDisplayOptions {
  publisher: Publisher;
  ledger: Ledger;
  runLog: RunLog;
  /** Hears how the run stands, on this machine. */
  onState?: ((state: RunState) => void) | undefined;
  /** Milliseconds. */
  intervalMs: number;
  log: Logger;
}

/** How a run stands, for people: in its progress comment, with the record hidden in it, and on this machine. */
export function createRunDisplay({ publisher, ledger, runLog, onState, intervalMs, log }: RunDisplayOptions) {
  let run: RunContext | undefined;
  let standing: RunState | undefined;
  const board = createProgressBoard<Shown & { run: RunContext }>({
    post: ({ run, ...shown }) => publisher.progress(run, { ...shown, ledger, record: structuredClone(runLog.current) }),
    intervalMs,
    onError: (error) => log.warn({ err: error }, "the progress comment could not be written"),
  });

  /** The same again, with what it costs by now. */
  function tell(): void {
    if (standing) onState?.({ ...standing, ledger });
  }

  return {
    /** From here on GitHub is told too; never of a dry run. */
    commentOn(on: RunContext): void {
      run = on;
    },
    show(shown: Shown): void {
      standing = { phase: shown.state, todo: [], ...shown.report, ledger };
      tell();
      if (run) board.show({ ...shown, run });
    },
    tell,
    /** See {@link createProgressBoard}. */
    flush: board.flush,
  };
}
export type RunDisplay = ReturnType<typeof createRunDisplay>;
