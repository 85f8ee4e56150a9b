import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { codes, RunFailure, sha256 } from "@froussard/contract";
import { poll } from "../poll.ts";
import type { ProgressReport, RunResult, TaskAnswer } from "../protocol.ts";
import { acceptResult } from "./accept-result.ts";
import { commitsFromComments, hashOf } from "./continue-run.ts";
import { emptyLedger } from "./ledger.ts";
import type { MediatorOptions } from "./mediator-options.ts";
import { runOver } from "./model/model-error.ts";
import { createNotedFailure } from "./noted-failure.ts";
import type { RunState } from "./output-line.ts";
import type { GitRepository, ProgressText, RunContext } from "./ports.ts";
import type { PreparedRun } from "./prepare-run.ts";
import { createProgressBoard } from "./progress-board.ts";
import { publishPending } from "./publish-pending.ts";
import { type PublishOptions, publishPushedBranch } from "./publish-result.ts";
import { newRecord } from "./record.ts";
import { reserveRun } from "./reserve-run.ts";
import { accountOf } from "./run-account.ts";
import { createRunLog } from "./run-log.ts";
import { cleanResult } from "./secrets/clean-result.ts";
import { cleanTexts } from "./secrets/clean-texts.ts";
import { refusal } from "./server/refusal.ts";
import { type RunStart, startRun } from "./start-run.ts";
import { usageDifference } from "./usage-check.ts";
import { createWantedCheck } from "./wanted-check.ts";

/** One task from GitHub's word to the published result; it answers, and never ends by itself. */
export type Mediator = ReturnType<typeof createMediator>;

/** So long `GET /task` waits for the clone, to tell a failure there; a large one goes on in the background. */
const clonePatienceMs = 20_000;

type Work = Pick<Extract<RunStart, { prepared: PreparedRun }>, "prepared" | "rules" | "dryRun">;

export function createMediator(options: MediatorOptions) {
  const { claim, store, log, publisher, facts, clock, secrets } = options;
  const { model, effort, sandbox } = options.codex;
  const ledger = emptyLedger(model, { effort, sandbox });
  const unidentified = newRecord(claim.TASK_ID, ledger);
  const runLog = createRunLog({ store, ledger, clock, log, prices: options.prices, unidentified });
  /** The ledger as it was when the attempt in hand began. */
  let before = structuredClone(ledger);
  let work: Work | undefined;
  let git: Promise<GitRepository> | undefined;
  let cloned: Promise<void> | undefined;
  let stillWanted = async () => {};
  const noted = createNotedFailure();
  const over = new AbortController();
  const left = new AbortController();
  let stopLooking = () => {};
  let publishing: Promise<void> | undefined;
  /** The result being taken over: from here on no other is, although the record does not say so yet. */
  let taking: { sha256: string; done: Promise<void> } | undefined;
  let newestReport = 0;

  const board = createProgressBoard<Pick<ProgressText, "state" | "report" | "url"> & { run: RunContext }>({
    post: ({ run, ...shown }) => publisher.progress(run, { ...shown, ledger, record: structuredClone(runLog.current) }),
    intervalMs: options.progressIntervalMs,
    onError: (error) => log.warn({ err: error }, "the progress comment could not be written"),
  });

  let standing: RunState | undefined;

  function tell(): void {
    if (standing) options.onState?.({ ...standing, ledger });
  }

  function show(state: Pick<ProgressText, "state" | "report" | "url">): void {
    standing = { phase: state.state, todo: [], ...state.report, ledger };
    tell();
    if (work && !work.dryRun) board.show({ ...state, run: work.prepared.run });
  }

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
    stopLooking();
    left.abort();
  }

  function fail(error: unknown): void {
    endWork();
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
    ledger.promptSha256 = sha256(prompt);
    runLog.save({ base: run.base, ...(dryRun && { dryRun }) });
    if (kind === "over") return;
    if (kind === "given-up") throw new RunFailure("mediator-lost");
    if (kind === "publish") return publish(begun);
    if (run.implementation && !dryRun) {
      const pushed = await publishPushedBranch(publishOptions(begun), await openGit(run));
      if (pushed) return finish({ url: pushed });
    }
    if (!dryRun) await reserve(run);
    if (!dryRun) watchWanted(begun);
    cloned = orFail(() => clone(run));
    await Promise.race([cloned, sleep(clonePatienceMs, undefined, { ref: false })]);
  }

  /** A run that an agent was given before has its place already. */
  async function reserve(run: RunContext): Promise<void> {
    const record = structuredClone(runLog.current);
    if (!record || record.attempts > 0) return;
    await reserveRun({ run, record, ledger, limits: options.limits, facts, publisher, now: clock() });
  }

  async function clone(run: RunContext): Promise<void> {
    const repository = await openGit(run);
    await repository.fetchCommit(run.base.commit);
    runLog.save({ instructions: await repository.instructionFiles(run.base.commit) });
  }

  function openGit(run: RunContext): Promise<GitRepository> {
    git ??= options.openGit(run);
    return git;
  }

  function watchWanted({ prepared: { run, cause }, rules }: Work): void {
    const { repository, issue } = run.snapshot;
    stillWanted = createWantedCheck({
      facts,
      repository: repository.nameWithOwner,
      issueNumber: issue.number,
      policy: rules.policy,
      cause,
      now: () => clock().getTime(),
      intervalMs: options.wantedIntervalMs,
      warn: (message) => log.warn(message),
    });
  }

  /** Ends the run as soon as nobody wants its result; one that was handed over already is published or refused by itself. */
  async function endUnwanted(): Promise<void> {
    try {
      await stillWanted();
    } catch (error) {
      if (!isWorking()) return;
      if (error instanceof RunFailure) noted.note(error);
      fail(error);
      over.abort(runOver("the run is over"));
    }
  }

  const publishOptions = ({ prepared, rules }: Work) => {
    const { snapshot, subjectId } = prepared.run;
    const ownCommits: PublishOptions["ownCommits"] = {
      has: (commit) => runLog.current?.commit === commit || commitsFromComments(snapshot, subjectId).includes(commit),
      async add(commit) {
        runLog.save({ commit });
        // In a cluster only the comment outlives this process, so it has to know the commit before the branch has it.
        show({ state: "publishing" });
        await board.flush(options.flushPatienceMs.push);
      },
    };
    const { instructions } = runLog.current ?? {};
    const run = { ...prepared.run, ...(instructions && { instructions }) };
    return { prepared: { ...prepared, run }, rules, facts, publisher, ledger, ownCommits };
  };

  /** Publishes the accepted result; a stop waits for it. */
  function publish(on: Work): Promise<void> {
    show({ state: "publishing" });
    const date = runLog.current?.resultAt ?? clock().toISOString();
    const git = () => openGit(on.prepared.run);
    const pending = { store, to: publishOptions(on), git, secrets, date, dryRun: on.dryRun };
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
      tell();
    },
    stillWanted: () => stillWanted(),
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
      if (!work || !runLog.current) throw refusal(409, "there is no work");
      if (runLog.current.state === "ready") {
        before = structuredClone(ledger);
        runLog.begin({ state: "working", attempts: runLog.current.attempts + 1 });
        show({ state: "working" });
        if (!work.dryRun) stopLooking = poll(options.everyWantedLook, endUnwanted);
      }
      const { run, prompt, outputSchema } = work.prepared;
      return {
        state: "work",
        taskId: run.taskId,
        stage: run.stage,
        prompt,
        outputSchema,
        codex: { ...options.codex, webSearch: run.webSearch },
        deadlineMs: options.deadlineMs,
        idleMs: options.idleMs,
        ...(options.egress && { egress: true }),
      };
    },

    /** The working copy as a tar stream. */
    async workspace(): Promise<Readable> {
      await started;
      await cloned;
      if (!work || !git || runLog.closed) throw refusal(409, "there is no work");
      const { commit } = work.prepared.run.base;
      try {
        return await (await git).packWorkspace(commit);
      } catch (error) {
        // What is wrong with the commit is the run's failure, which the agent could not name.
        fail(error);
        throw refusal(409, "there is no work");
      }
    },

    async progress({ sandbox, ...report }: ProgressReport): Promise<void> {
      if (!isWorking()) throw refusal(409, "nothing is being worked on");
      if (sandbox) {
        const { proven, unproven } = sandbox;
        ledger.proof = { proven, unproven };
        runLog.save();
        log.info(sandbox, "the agent has looked at its sandbox");
      }
      const number = ++newestReport;
      const { value } = await cleanTexts(report, secrets);
      if (isWorking() && number === newestReport) show({ state: "working", report: value });
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
      await board.flush(options.flushPatienceMs.answer);
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
      if (runLog.current?.state === "working") {
        runLog.save({ state: "ready" });
        show({ state: "working" });
      }
      await board.flush(options.flushPatienceMs.stop);
    },
  };
}
