import { codes, type Prices, RunFailure } from "@froussard/contract";
import type { Logger } from "pino";
import type { Closed } from "../protocol.ts";
import { isFinal } from "./is-final.ts";
import { costOf, type Ledger, withOpenCharged } from "./ledger.ts";
import type { RunRecord } from "./record.ts";
import type { RecordStore } from "./record-store.ts";

export interface RunLog {
  readonly current: RunRecord | undefined;
  /** The record as the protocol tells it, once the run is over. */
  readonly closed: Closed | undefined;
  /** Takes over what an earlier process left, its costs included. */
  adopt(record: RunRecord): void;
  /** Writes the record with these changes and the ledger as it is now. */
  save(changes?: Partial<RunRecord>): void;
  /** From here on the agent's time counts. */
  begin(changes: Partial<RunRecord>): void;
  fail(error: unknown): void;
  finish(end: { url?: string; detail?: string }): void;
  /** Takes over an end that GitHub shows. */
  end(closed: Closed): void;
}

/** The record of the one task, on disk after each change. */
export function createRunLog(options: {
  store: RecordStore;
  ledger: Ledger;
  clock(): Date;
  log: Logger;
  /** What tokens cost; without it the ledger tells none. */
  prices?: Prices | undefined;
  /** The record of a task that fails before GitHub has confirmed which one it is. */
  unidentified: RunRecord;
  /** Without a task id. */
  isByHand: boolean;
}): RunLog {
  const { store, ledger, clock, log, prices, unidentified } = options;
  let record: RunRecord | undefined;
  let countedUntil: number | undefined;
  /** Not for the record: the next process looks for itself. */
  let told: true | undefined;

  function save(changes: Partial<RunRecord> = {}): void {
    if (!record) return;
    if (countedUntil !== undefined) {
      const now = clock().getTime();
      const elapsedMs = Math.max(0, now - countedUntil);
      // Whole milliseconds, because sums of fractions come to 21.514000000000003.
      ledger.seconds = Math.round(ledger.seconds * 1000 + elapsedMs) / 1000;
      countedUntil = now;
    }
    if (prices) ledger.cost = costOf(ledger, prices);
    record = { ...record, ...changes, ledger };
    store.write(record);
  }

  function close(changes: Partial<RunRecord>): void {
    save({ ...changes, state: "closed" });
    countedUntil = undefined;
  }

  return {
    get current() {
      return record;
    },
    get closed() {
      if (record?.state !== "closed") return undefined;
      const { state, outcome = "failed", code, detail, dryRun } = record;
      const final = told ?? isFinal(record, options.isByHand);
      const flags = { ...(dryRun && { dryRun }), ...(final && { final }) };
      return { state, outcome, ...(code && { code }), ...(detail && { detail }), ...flags };
    },
    adopt(next) {
      record = next;
      const { model, effort, sandbox } = ledger;
      Object.assign(ledger, withOpenCharged(next.ledger), {
        model,
        ...(effort && { effort }),
        ...(sandbox && { sandbox }),
      });
    },
    save,
    begin(changes) {
      countedUntil = clock().getTime();
      save(changes);
    },
    fail(error) {
      const failure =
        error instanceof RunFailure ? error : new RunFailure("internal", "see the worker's log", { cause: error });
      const { code, detail } = failure;
      log.warn({ code, detail, err: failure.cause }, "the run ends without its result");
      record ??= unidentified;
      close({ outcome: codes[code].outcome, code, detail: detail.slice(0, 1_000) });
    },
    finish(end) {
      log.info(end, "the run is done");
      close({ outcome: "done", ...end });
    },
    end({ outcome, code, detail, final }) {
      told = final;
      close({ outcome, ...(code && { code }), ...(detail && { detail }) });
    },
  };
}
