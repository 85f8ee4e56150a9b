import type { Prices } from "@froussard/contract";
import type { Logger } from "pino";
import type { SecretSearch } from "../git/secret-search.ts";
import type { Every } from "../poll.ts";
import type { CodexSettings } from "../protocol.ts";
import type { DryRunTexts, TaskClaim } from "../settings.ts";
import type { GitHubFacts } from "./github-facts.ts";
import type { RunState } from "./output-line.ts";
import type { GitRepository, Publisher, RunContext } from "./ports.ts";
import type { RunRules } from "./prepare-run.ts";
import type { RecordStore } from "./record-store.ts";
import type { RunLimits } from "./run-limits.ts";

/** What a mediator works with; everything outside the process comes in here. */
export interface MediatorOptions {
  claim: TaskClaim;
  /** Given in a dry run: nothing is posted or pushed. */
  dryRun?: DryRunTexts;
  /** Given by hand without asking for a dry run: when the issue does not exist, they make the run a dry one. */
  texts?: DryRunTexts;
  /** Asked for once; a failure is the task's answer. */
  rules(): Promise<RunRules>;
  codex: Omit<CodexSettings, "webSearch">;
  /** How many runs there may be; a dry run is none. */
  limits: RunLimits;
  /** What the model's tokens cost, for the ledger. */
  prices?: Prices | undefined;
  /** Milliseconds. */
  deadlineMs: number;
  idleMs: number;
  /** Whether commands have a way out through the mediator. */
  egress: boolean;
  facts: GitHubFacts;
  publisher: Publisher;
  /** The run's bare clone. */
  openGit(run: RunContext): Promise<GitRepository>;
  /** Looks through every text of the agent before it is shown or published. */
  secrets: SecretSearch;
  store: RecordStore;
  clock(): Date;
  log: Logger;
  /** Hears how the run stands after each change, costs included; nothing of it leaves the machine. @default nobody listens */
  onState?(state: RunState): void;
  /** Hears the result of a dry run, which is in the store then. @default nobody listens */
  onDryRun?(text: string): void;
  /** The progress comment is edited at most this often. Milliseconds. */
  progressIntervalMs: number;
  /**
   * How long the answer to a result, and a stop, wait for the progress comment's last state: the record is closed by then,
   * and whoever waits must not wait for a GitHub that hangs. A push waits for the comment that names its commit, likewise
   * not for ever: without it, only this mediator's folder can tell that the commit is ours. Milliseconds.
   */
  flushPatienceMs: { answer: number; push: number; stop: number };
  /** GitHub is asked at most this often whether the run is still wanted. Milliseconds. */
  wantedIntervalMs: number;
  /** When it is looked, besides at each request to the model: a long command or answer makes none. */
  everyWantedLook: Every;
}
