import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type About,
  branchName,
  defaultBranchPrefix,
  issueTextSha256,
  parsePlanBody,
  planBody,
  planSha256,
  type Stage,
  subjectId,
  taskId,
} from "@froussard/contract";
import { listRefs } from "@froussard/simulators/github/git/bare-repository";
import { countCommits } from "@froussard/simulators/github/git/history";
import { startGitHub } from "@froussard/simulators/github/start";
import { exec, scriptOf } from "@froussard/simulators/model/script";
import { startModel } from "@froussard/simulators/model/start-model";
import { accountSchema, type RunAccount } from "codex-runner/mediator/run-account";
import type { ChangeReport, PlanAnswer } from "codex-runner/plan";
import type { RunTaskInput } from "codex-runner/run/environments";
import { killNow } from "codex-runner/run/process-control";
import { runTask } from "codex-runner/run/run-task";
import type { RunTaskResult } from "codex-runner/run/run-task-result";
import { pino } from "pino";
import { vi } from "vitest";
import { findProcesses, type Kind } from "../../testing/processes.ts";

const automation = "codex-automation";
export const maintainer = "maintainer";
const wish = { title: "Typo in README", body: "Fix a typo: teh should be the" };
/** The plan that people have approved where a case is about the work. */
const plan = "Correct the spelling of teh in README.md: replace `teh` by `the`.";

const planAnswer: PlanAnswer = {
  summary: plan,
  steps: [{ title: "Correct the spelling", detail: "" }],
  files: [{ path: "README.md", action: "change", reason: "" }],
  commands: [],
  risks: [],
  tests: [],
  openQuestions: [],
};
const changeReport: ChangeReport = { title: "Correct a typo", summary: "README.md says `the` now.", tests: [] };

type GitHub = Awaited<ReturnType<typeof startGitHub>>;
type Issue = ReturnType<GitHub["issue"]>;
type Comment = Issue["comments"][number];

/** What was paid by the model's own word, and what the run's account says. */
export interface Accounts {
  /** Requests that the model was asked, answered or not. */
  asked: number;
  /** Tokens of all answers that were begun, as their provider bills them. */
  billed: number;
  /** The run's own account; absent where no record was left. */
  account: RunAccount | undefined;
}

/** One task between the simulators, its runner as real processes, with what a case needs to hit it at one moment. */
export interface FaultRun {
  issue: Issue;
  /** The approved plan, where the case is about the work. */
  plan: Comment | undefined;
  branch: string;
  /** Starts the runner, or again after {@link FaultRun.loseNode}: with the same task, as the cluster does it. */
  start(settings?: Record<string, string>): Promise<RunTaskResult>;
  /** Resolves when the runner has logged this message so often since the case began. */
  logged(message: string, times?: number): Promise<void>;
  /** Resolves when GitHub has got so many such requests since the case began. */
  requested(method: string, path: RegExp, times?: number): Promise<void>;
  /** Resolves when the model was asked so often since the case began. */
  asked(times?: number): Promise<void>;
  /** Resolves when the mediator's record on the disk looks like this. */
  recorded(fits: (record: { state: string; commit?: string }) => boolean): Promise<void>;
  /** Kills every process of this kind that runs, with SIGKILL; answers how many there were. */
  kill(kind: Kind): number;
  /** All processes of the run die at once, and its folder with them: nothing but GitHub remembers. */
  loseNode(): Promise<void>;
  /** Our comments with this marker that people see. */
  visible(marker: string): Comment[];
  /** Open or closed, from the run's branch. */
  pulls(): readonly ReturnType<GitHub["pulls"]>[number][];
  /** Commits on the run's branch that `main` has not; undefined without the branch. */
  commits(): Promise<number | undefined>;
  accounts(result: RunTaskResult): Accounts;
  log(): string;
}

export type FaultWorld = Awaited<ReturnType<typeof startFaultWorld>>;

/** Both simulators and one repository, for many cases one after the other, each an issue of its own. */
export async function startFaultWorld() {
  const folder = mkdtempSync(join(tmpdir(), "froussard-faults-"));
  // GitHub's stamps have whole seconds, and an approval must be later than the plan: its clock is moved on.
  let ahead = 0;
  const github = await startGitHub({ clock: () => new Date(Date.now() + ahead * 1_000) });
  github.addUser({ login: maintainer });
  github.addUser({ login: automation });
  const repository = await github.addRepository({
    owner: maintainer,
    name: "hello",
    files: { "README.md": "# Hello\n\nThis is teh example.\n" },
    collaborators: { [automation]: "write" },
  });
  const openaiApiKey = "sk-simulated-model";
  /** What the model is to do; one case runs at a time. */
  let working = false;
  const model = await startModel({
    apiKey: openaiApiKey,
    script: scriptOf(function* () {
      yield exec(working ? "sed -i s/teh/the/ README.md" : "grep -n teh README.md");
      return JSON.stringify(working ? changeReport : planAnswer);
    }),
  });
  const [main] = await listRefs(repository.folder, "refs/heads/main");
  const baseCommit = main?.sha ?? "";

  /** A plan as planning leaves it, approved: cases about the work need not pay for it. */
  function approvedPlan(issue: Issue): { comment: Comment; about: About; sha256: string } {
    const planned = idsOf("planning", issue, "issue");
    const issueText = issueTextSha256(issue.title, issue.body ?? "");
    const ids = { ...planned, repositoryId: repository.id, issueId: issue.id, about: "issue" as const, baseCommit };
    const body = planBody(plan, { ...ids, issueTextSha256: issueText }, "---\n\nA footer");
    const comment = github.as(automation).comment(issue, body);
    const sha256 = planSha256(parsePlanBody(body)?.text ?? "", baseCommit);
    ahead += 2;
    github.as(maintainer).react(comment);
    ahead += 2;
    return { comment, about: `plan:${comment.id}:${sha256}`, sha256 };
  }

  function idsOf(stage: Stage, issue: Issue, about: About) {
    const subject = subjectId({ repositoryId: repository.id, issueId: issue.id, stage, about });
    return { subjectId: subject, taskId: taskId(stage, issue.number, subject, 0) };
  }

  function begin(stage: Stage): FaultRun {
    working = stage === "implementation";
    const issue = github.as(maintainer).openIssue(repository, wish);
    const approved = stage === "implementation" ? approvedPlan(issue) : undefined;
    const ids = idsOf(stage, issue, approved?.about ?? "issue");
    const branch = branchName(defaultBranchPrefix, issue.number, ids.subjectId);
    const task: RunTaskInput = {
      stage,
      taskId: ids.taskId,
      repository: `${maintainer}/hello`,
      repositoryId: repository.id,
      issueNumber: issue.number,
      ...(approved && {
        base: "main",
        head: branch,
        planCommentId: approved.comment.id,
        planSha256: approved.sha256,
      }),
    };
    const stateFolder = join(folder, ids.taskId);
    const lines: { msg: string; text: string }[] = [];
    const before = { requests: github.requests.length, asked: model.requests.length, billed: model.billed.length };
    let ending = new AbortController();
    let running: Promise<unknown> = Promise.resolve();
    const until = (what: string, look: () => boolean) =>
      vi.waitUntil(look, { timeout: 90_000, interval: 5 }).then(
        () => {},
        () => {
          throw new Error(`not seen within 90 s: ${what}\n${run.log()}`);
        },
      );
    const modelRequests = () => model.requests.slice(before.asked).filter(({ path }) => path === "/v1/responses");
    const run: FaultRun = {
      issue,
      plan: approved?.comment,
      branch,
      start(settings = {}) {
        ending = new AbortController();
        const result = runTask({
          task,
          secrets: { githubToken: github.token(automation), openaiApiKey },
          settings: {
            path: process.env["PATH"] ?? "",
            lang: "C.UTF-8",
            passedOn: {
              CODEX_TRIGGER_LOGINS: maintainer,
              CODEX_RUNS_PER_DAY: "10000",
              GITHUB_API_BASE_URL: github.apiUrl,
              OPENAI_BASE_URL: `${model.url}/v1`,
              ...settings,
            },
          },
          stateFolder,
          signal: ending.signal,
          log: pino({ level: "info" }, { write: (text) => lines.push({ msg: JSON.parse(text).msg, text }) }),
          retryDelaysMs: [1, 1],
        });
        running = result.catch(() => undefined);
        return result;
      },
      logged: (message, times = 1) =>
        until(`the line "${message}"`, () => lines.filter(({ msg }) => msg === message).length >= times),
      requested: (method, path, times = 1) =>
        until(`${method} ${path}`, () => {
          const since = github.requests.slice(before.requests);
          return since.filter((each) => each.method === method && path.test(each.path)).length >= times;
        }),
      asked: (times = 1) => until(`${times} requests to the model`, () => modelRequests().length >= times),
      recorded: (fits) =>
        until("the record", () => {
          try {
            return fits(JSON.parse(readFileSync(join(stateFolder, "record.json"), "utf8")));
          } catch {
            // Not there yet.
            return false;
          }
        }),
      kill(kind) {
        const found = findProcesses(stateFolder).filter((each) => each.kind === kind);
        for (const { pid } of found) killNow(pid);
        return found.length;
      },
      async loseNode() {
        for (const { pid } of findProcesses(stateFolder)) killNow(pid);
        ending.abort(new Error("the node is lost"));
        await running;
        rmSync(stateFolder, { recursive: true, force: true });
      },
      visible: (marker) =>
        issue.comments.filter(
          ({ author, body, minimizedReason }) =>
            author.login === automation && minimizedReason === null && body?.startsWith(marker),
        ),
      pulls: () => github.pulls(repository).filter(({ pull }) => pull.headBranch === branch),
      async commits() {
        const [ref] = await listRefs(repository.folder, `refs/heads/${branch}`);
        return ref && (await countCommits(repository.folder, `${baseCommit}..${ref.sha}`));
      },
      accounts(result) {
        const billed = model.billed.slice(before.billed);
        return {
          asked: modelRequests().length,
          billed: billed.reduce((sum, usage) => sum + usage.total_tokens, 0),
          account: accountSchema.optional().parse(result.usage),
        };
      },
      log: () => lines.map(({ text }) => text).join(""),
    };
    return run;
  }

  return {
    github,
    model,
    repository,
    begin,
    /** Puts GitHub's clock forward. */
    pass(seconds: number) {
      ahead += seconds;
    },
    async close() {
      await github.close();
      await model.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
