import type { Readable } from "node:stream";
import type { About, FailureCode, IssueSnapshot, Outcome, Plan, Stage } from "@froussard/contract";
import type { FrozenInput } from "../input/frozen-input.ts";
import type { ChangeReport, PlanAnswer } from "../plan.ts";
import type { Change, ProgressReport, WebSearchMode } from "../protocol.ts";
import type { CommitChecks } from "../render/commit-message.ts";
import type { Ledger } from "./ledger.ts";
import type { Access } from "./people-access.ts";

export type { Ledger };

/** Git as the mediator needs it; the implementation is `runner/git/`. Failures are `RunFailure`s. */
export interface GitRepository {
  /** Tip of a branch on the server; undefined when there is no such branch. */
  remoteTip(branch: string): Promise<string | undefined>;
  /** Brings a commit with its tree (and nothing older) into the bare clone. */
  fetchCommit(commit: string): Promise<void>;
  /** Paths of the repository's instructions to agents (`AGENTS.md`, skills) in a commit that was fetched. */
  instructionFiles(commit: string): Promise<string[]>;
  /** A pack of a commit, its trees and its files, and nothing older, with its index before it (`GET /workspace`). */
  packWorkspace(commit: string): Promise<Readable>;
  /** Judges a change set and makes a commit of it. The same input gives the same commit id. */
  commitChanges(input: {
    base: string;
    changes: readonly Change[];
    message: string;
    /** ISO 8601; author's and committer's date. */
    date: string;
  }): Promise<{ commit: string; files: ChangedFile[] }>;
  /**
   * Brings a commit here and judges it like a change set, and that nothing but `base` is its parent.
   * @returns its message and what it changes; `branch-taken` when it is none that `commitChanges` would make
   */
  judgeCommit(input: { base: string; commit: string }): Promise<{ message: string; files: ChangedFile[] }>;
  /** Pushes without force, onto an absent branch or onto `expected`, a tip that is ours. */
  push(input: { commit: string; branch: string; expected?: string }): Promise<void>;
}

export interface ChangedFile {
  path: string;
  status: "added" | "modified" | "deleted";
}

/** One task and its ids, derived again from GitHub; nothing here is believed from a message. */
export interface RunContext {
  taskId: string;
  subjectId: string;
  stage: Stage;
  about: About;
  snapshot: IssueSnapshot;
  /** Branch and commit that the work starts from. */
  base: { branch: string; commit: string };
  /** The people's texts that the prompt carries, as the model was given them, and what was removed from each. */
  inputs: readonly FrozenInput[];
  /** What those who asked for it, approved it and wrote the texts may do in the repository, by login. */
  access: ReadonlyMap<string, Access>;
  /** The repository's own instructions to agents that could be read at the base commit; absent until it was fetched. */
  instructions?: readonly string[];
  /** What web search the model was given; `cached` reads no live pages. */
  webSearch: WebSearchMode;
  /** Only in implementation. */
  implementation?: { plan: Plan; branch: string; approvedBy: string; issueEditedSincePlan: boolean };
}

/** Publishing on GitHub; the implementation is `runner/publish/`. Everything is an upsert: it looks before it creates. */
export interface Publisher {
  /** Creates the progress comment of this run or edits the one that is there. */
  progress(run: RunContext, text: ProgressText): Promise<void>;
  /** The plan comment of this subject: the one that is there, or a new one; duplicates and older plans are minimized. */
  plan(run: RunContext, plan: PlanAnswer, ledger: Ledger): Promise<{ url: string }>;
  /** The draft pull request of the branch: the one that is there, or a new one. */
  pullRequest(
    run: RunContext,
    input: { report: ChangeReport; files: readonly ChangedFile[]; checks?: CommitChecks; ledger: Ledger },
  ): Promise<{ url: string; number: number }>;
  /** The one new comment at the end of a stage; for a plan that is the plan itself. */
  result(run: RunContext, end: RunEnd): Promise<void>;
  /** Sets the one state label that fits, best effort. */
  label(run: RunContext, label: string | undefined): Promise<void>;
  /** What already stands on GitHub for this run. */
  find(
    run: RunContext,
  ): Promise<{ planUrl?: string; pullRequest?: { url: string; number: number }; resultUrl?: string }>;
}

export interface ProgressText {
  state: "working" | "publishing" | "ended";
  report?: ProgressReport;
  /** Shown when ended: link to plan, pull request or result. */
  url?: string;
  /** Absent where a run left no record: then nobody knows what it has cost. */
  ledger?: Ledger;
  /** The mediator's record, hidden in the comment. */
  record: unknown;
}

/** How a run ended, as its result comment tells it; `ledger` as in {@link ProgressText}. */
export type RunEnd =
  | { outcome: "done"; pullRequest?: { url: string; number: number }; planUrl?: string; ledger?: Ledger }
  | {
      outcome: Exclude<Outcome, "done">;
      code: FailureCode;
      detail: string;
      ledger?: Ledger;
      /** Times that an agent was given the task. */
      attempts?: number;
      /** Runs that the issue may still have. */
      runsLeft?: number;
    };
