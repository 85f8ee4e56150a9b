import type { ProgressReport } from "../protocol.ts";

export interface ProgressReporter {
  update(report: ProgressReport): void;
  /** Waits for the report under way. */
  end(): Promise<void>;
}

/**
 * Sends reports one at a time; while one is under way only the newest is kept. Progress is a courtesy: a report that
 * cannot be delivered is told to `onError` and forgotten.
 */
export function createProgressReporter(
  send: (report: ProgressReport) => Promise<void>,
  onError: (error: unknown) => void,
): ProgressReporter {
  let last = "";
  let next: ProgressReport | undefined;
  let sending: Promise<void> | undefined;

  const drain = async () => {
    while (next) {
      const report = next;
      next = undefined;
      await send(report).catch(onError);
    }
    sending = undefined;
  };
  return {
    update(report) {
      const text = JSON.stringify(report);
      if (text === last) return;
      last = text;
      next = report;
      sending ??= drain();
    },
    async end() {
      next = undefined;
      await sending;
    },
  };
}
