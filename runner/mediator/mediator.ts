import type { Readable } from "node:stream";
import { codes, RunFailure, sha256 } from "@froussard/contract";
import type { ProgressReport, RunResult, TaskAnswer } from "../protocol.ts";
import { acceptResult } from "./accept-result.ts";
import { createBaseClone } from "./base-clone.ts";
import { hashOf } from "./continue-run.ts";
import { emptyLedger } from "./ledger.ts";
import type { MediatorOptions } from "./mediator-options.ts";
import { runOver } from "./model/model-error.ts";
import { createNotedFailure } from "./noted-failure.ts";
import { ownCommits } from "./own-commits.ts";
import type { RunContext } from "./ports.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { publishPending } from "./publish-pending.ts";
import { type PublishOptions, publishPushedBranch } from "./publish-result.ts";
import { newRecord } from "./record.ts";
import { reserveRun } from "./reserve-run.ts";
import { accountOf } from "./run-account.ts";
import { createRunDisplay } from "./run-display.ts";
import { createRunLog } from "./run-log.ts";
import { createRunWanted } from "./run-wanted.ts";
import { cleanResult } from "./secrets/clean-result.ts";
import { cleanTexts } from "./secrets/clean-texts.ts";
import { refusal } from "./server/refusal.ts";
import { type RunStart, startRun } from "./start-run.ts";
import { usageDifference } from "./usage-check.ts";
import { workAnswer } from "./work-answer.ts";

/** One task from GitHub's word to the published result; it answers, and never ends by itself. */
export type Mediator = ReturnType<typeof createMediator>;

type Work = Pick<Extract<RunStart, { prepared: PreparedRun }>, "prepared" | "rules" | "dryRun">;

export function createMediator(options: MediatorOptions) {
  const { claim, store, log, publisher, facts, clock, secrets } = options;
  const { model, effort, sandbox } = options.codex;
  const ledger = emptyLedger(model, { effort, sandbox });
  const unidentified = newRecord(claim.TASK_ID, ledger);
  const isByHand = claim.TASK_ID === undefined || options.dryRun !== undefined;
  const runLog = createRunLog({ store, ledger, clock, log, prices: options.prices, unidentified, isByHand });
  /** The ledger as it was when the attempt in hand began. */
  let before = structuredClone(ledger);
  let work: Work | undefined;
  let cloned: Promise<void> | undefined;
  const clone = createBaseClone((run) => options.openGit(run), runLog);
  const wanted = createRunWanted(options);
  const noted = createNotedFailure();
  const over = new AbortController();
  const left = new AbortController();
  let publishing: Promise<void> | undefined;
  /** The result being taken over: from here on no other is, although the record does not say so yet. */
  let taking: { sha256: string; done: Promise<void> } | undefined;
  let newestReport = 0;
  let stopped = false;

  const display = createRunDisplay({
    ...{ publisher, ledger, runLog, log },
    onState: options.onState,
    intervalMs: options.progressIntervalMs,
  });
  const { show } = display;

  const isWorking = () => runLog.current?.state === "working" && !taking;

  /** Runs something whose failure is the run's end. */
  async function orFail(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      fail(error);
    }
  }

  /** The agent has nothing more to do. */
  function endWork(): void {
    wanted.stopLooking();
    left.abort();
  }

  function fail(error: unknown): void {
    endWork();
    // A run ends once, and no run because its mediator is stopped: what fails after either, such as a clone that was still
    // under way, changes nothing.
    if (runLog.closed || stopped) return;
    runLog.fail(error);
    const { code = "internal" } = runLog.current ?? {};
    show({ state: codes[code].type === "transient" ? "working" : "ended" });
  }

  function finish(end: { url: string } | { detail: string }): void {
    runLog.finish("url" in end ? { url: end.url } : end);
    show({ state: "ended", ...("url" in end && { url: end.url }) });
  }

  async function start(): Promise<void> {
    const begun = await startRun(options, runLog, ledger);
    if ("prepared" in begun) return goOn(begun);
    if (begun.kind === "over") return;
    const { run, pullRequest } = begun;
    await publisher.result(run, { outcome: "done", pullRequest, ledger });
    finish(pullRequest);
  }

  async function goOn({ kind, ...begun }: Extract<RunStart, { prepared: PreparedRun }>): Promise<void> {
    work = begun;
    const { prepared, dryRun } = begun;
    const { run, prompt } = prepared;
    if (!dryRun) display.commentOn(run);
    ledger.promptSha256 = sha256(prompt);
    runLog.save({ base: run.base, ...(dryRun && { dryRun }) });
    if (kind === "over") return;
    if (kind === "given-up") throw new RunFailure("mediator-lost");
    if (kind === "publish") return publish(begun);
    // Nobody waits for it here: meanwhile GitHub is asked, an agent makes itself ready, and `GET /workspace` waits.
    const fetched = clone.fetchBase(run);
    fetched.catch(() => {});
    if (run.implementation && !dryRun) {
      const pushed = await publishPushedBranch(publishOptions(begun), await clone.open(run));
      if (pushed) return finish({ url: pushed });
    }
    if (!dryRun) await reserve(run);
    if (!dryRun) wanted.of(prepared, begun.rules);
    cloned = orFail(() => fetched);
  }

  /** A run that an agent was given before has its place already. */
  async function reserve(run: RunContext): Promise<void> {
    const record = structuredClone(runLog.current);
    if (!record || record.attempts > 0) return;
    await reserveRun({ run, record, ledger, limits: options.limits, facts, publisher, now: clock() });
  }

  /** One that was handed over already is published or refused by itself. */
  function endUnwanted(error: unknown): void {
    if (!isWorking()) return;
    if (error instanceof RunFailure) noted.note(error);
    fail(error);
    over.abort(runOver("the run is over"));
  }

  const publishOptions = ({ prepared, rules }: Work): PublishOptions & { prepared: PreparedRun } => {
    const patienceMs = options.flushPatienceMs.push;
    const { instructions } = runLog.current ?? {};
    const run = { ...prepared.run, ...(instructions && { instructions }) };
    const commits = ownCommits(prepared.run, { runLog, display, patienceMs });
    return { prepared: { ...prepared, run }, rules, facts, publisher, ledger, ownCommits: commits };
  };

  /** Publishes the accepted result; a stop waits for it. */
  function publish(on: Work): Promise<void> {
    show({ state: "publishing" });
    const date = runLog.current?.resultAt ?? clock().toISOString();
    const git = () => clone.open(on.prepared.run);
    const pending = {
      store,
      to: publishOptions(on),
      git,
      secrets,
      date,
      dryRun: on.dryRun,
      onDryRun: options.onDryRun,
    };
    const published = publishPending(pending).then(finish);
    publishing = published.catch(() => {});
    return published;
  }

  async function accept(on: Work, result: RunResult): Promise<void> {
    const difference = result.usage && usageDifference(result.usage, before, ledger);
    if (difference) log.warn(difference, "Codex counted other tokens than the mediator, whose count holds");
    const accepted = await cleanResult(acceptResult(on.prepared.run.stage, result), secrets);
    if (accepted.kind === "failure") {
      runLog.save({ resultSha256: hashOf(result) });
      fail(noted.explain(accepted.failure));
      return;
    }
    // An agent without a working copy has nothing to say; and of two ends at a time the later one would win.
    await cloned;
    if (runLog.closed) return;
    store.writePending(result);
    runLog.save({ state: "result", resultSha256: hashOf(result), resultAt: clock().toISOString() });
    await orFail(() => publish(on));
  }

  const started = orFail(start);

  return {
    ledger,
    /** Aborted, with what the agent is to be answered, when nobody wants the result any more. */
    over: over.signal,
    /** Whether an agent has the task in hand; `left` is aborted when it has no longer. */
    isWorking,
    left: left.signal,
    /** Told after each change of the ledger. */
    ledgerChanged(): void {
      runLog.save();
      display.tell();
    },
    stillWanted: wanted.check,
    noteFailure: noted.note,
    /** Told the `user-agent` of the agent's requests, which names Codex's version for the ledger. */
    noteUserAgent(userAgent = ""): void {
      const version = /^codex_exec\/([0-9A-Za-z.-]{1,40})/.exec(userAgent)?.[1];
      if (version) ledger.codexVersion = version;
    },
    /** How the run searches the web; known once GitHub was asked. */
    async webSearch() {
      await started;
      return work?.prepared.run.webSearch ?? "disabled";
    },

    /** What to do, or why there is nothing to do; waits until GitHub was asked and a result in hand is published. */
    async task(): Promise<TaskAnswer> {
      await started;
      await publishing;
      if (runLog.closed) return runLog.closed;
      if (stopped) throw refusal(503, "the mediator is stopping");
      if (!work || !runLog.current) throw refusal(409, "there is no work");
      if (runLog.current.state === "ready") {
        before = structuredClone(ledger);
        runLog.begin({ state: "working", attempts: runLog.current.attempts + 1 });
        show({ state: "working" });
        if (!work.dryRun) wanted.keepLooking(endUnwanted);
      }
      return workAnswer(work.prepared, options);
    },

    /** What the working copy is made of, as a pack: for who was given the task. */
    async workspace(): Promise<Readable> {
      await started;
      await cloned;
      if (stopped) throw refusal(503, "the mediator is stopping");
      if (!work || !isWorking()) throw refusal(409, "there is no work");
      try {
        return await clone.pack(work.prepared.run);
      } catch (error) {
        // What is wrong with the commit is the run's failure, which the agent could not name. A result that was taken
        // meanwhile needs no working copy any more.
        if (isWorking()) fail(error);
        throw refusal(409, "there is no work");
      }
    },

    async progress(report: ProgressReport): Promise<void> {
      if (!isWorking()) throw refusal(409, "nothing is being worked on");
      const number = ++newestReport;
      const { sandbox, ...shown } = (await cleanTexts(report, secrets)).value;
      if (sandbox) {
        const { proven, unproven } = sandbox;
        ledger.proof = { proven, unproven };
        runLog.save();
        log.info(sandbox, "the agent has looked at its sandbox");
      }
      if (isWorking() && number === newestReport) show({ state: "working", report: shown });
    },

    /** Takes the result, once; the same one again is answered alike. Resolves when it is published or refused. */
    async result(result: RunResult): Promise<TaskAnswer> {
      await started;
      const on = work;
      if (isWorking() && on) {
        endWork();
        taking = { sha256: hashOf(result), done: orFail(() => accept(on, result)) };
      } else if ((taking?.sha256 ?? runLog.current?.resultSha256) !== hashOf(result))
        throw refusal(409, "no result is expected");
      await taking?.done;
      await publishing;
      await display.flush(options.flushPatienceMs.answer);
      if (!runLog.closed) throw refusal(503, "the result is not published yet");
      return runLog.closed;
    },

    /** What the run was, came to and cost, as far as it goes; undefined before it was known which run it is. */
    account: () => runLog.current && accountOf(runLog.current, claim.TASK_STAGE),

    /** A publish in hand is finished, and the record says that nobody is working. */
    async stop(): Promise<void> {
      endWork();
      await taking?.done;
      await publishing;
      stopped = true;
      if (runLog.current?.state === "working") {
        runLog.save({ state: "ready" });
        show({ state: "working" });
      }
      await display.flush(options.flushPatienceMs.stop);
    },
  };
}
