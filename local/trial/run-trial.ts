import type { PlanTrigger } from "@froussard/contract";
import type { GitHub } from "@froussard/github/client";
import { ownAccount } from "@froussard/github/own-account";
import { readSnapshot } from "@froussard/github/read-snapshot";
import { RequestError } from "@octokit/request-error";
import { cleanUp } from "./clean-up.ts";
import { type HopLimits, type Sight, trialHops } from "./hops.ts";
import { readPulls, type TrialIssue } from "./pull-facts.ts";
import { readTrace } from "./trace.ts";
import type { TellTrial } from "./trial-event.ts";
import { verifyResult } from "./verify-result.ts";
import { TrialFailure, type Waiting, waitForHop } from "./wait-for-hop.ts";

export interface TrialOptions {
  /** Signed in as the person who opens the issue and may approve. */
  github: GitHub;
  /** `owner/name` */
  repository: string;
  /** What is asked for. */
  wish: { title: string; body: string };
  trigger: PlanTrigger;
  branchPrefix: string;
  /** Branch that the pull request should be against. @default the repository's default branch */
  base?: string | undefined;
  /** Login that the pipeline should write with. @default anybody's, but one for all */
  account?: string | undefined;
  /** Put the 👍 on the plan too. */
  react: boolean;
  /** Leave issue, pull request and branch as they are. */
  keep: boolean;
  simulated: boolean;
  pollMs: number;
  limits: HopLimits;
  tell: TellTrial;
  /** Stops the trial; what it made is taken away all the same. */
  signal: AbortSignal;
  now: () => number;
  /** Rejects when the signal is aborted. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** How long GitHub may take to show the last of it everywhere. */
const settleMs = 20_000;

/**
 * Goes the way from an issue to the draft pull request on GitHub, as a person would, and verifies what is there then.
 * Resolves with whether all of it was right and everything made was taken away again.
 * @throws Error when it cannot begin, before anything was made
 */
export async function runTrial(options: TrialOptions): Promise<boolean> {
  const { github, repository, tell, now, pollMs, simulated, signal } = options;
  const started = now();
  const { person, base } = await lookFirst(options);
  signal.throwIfAborted();
  tell({ event: "began", repository, person, simulated, pollMs });
  const issue = await openIssue(options);
  let ok = false;
  try {
    const sight = await follow(issue, person, options);
    ok = await verify(sight, issue, base, options);
  } catch (error) {
    const look = error instanceof TrialFailure ? error.look : [];
    tell({ event: "failed", message: error instanceof Error ? error.message : String(error), look });
  }
  if (options.keep) tell({ event: "left", what: `issue #${issue.number} and what came of it`, reason: "--keep" });
  else ok = (await cleanUp(github, issue, tell)) && ok;
  tell({ event: "ended", ok, tookMs: now() - started });
  return ok;
}

/** Who the token is of, and what the pull request should be against. @throws Error with what to do */
async function lookFirst({ github, repository, base }: TrialOptions): Promise<{ person: string; base: string }> {
  const [owner = "", repo = ""] = repository.split("/");
  const { login: person } = await orSay(ownAccount(github), { 401: "GitHub refuses the token; make a new one" });
  const hidden = `there is no repository ${repository}, or ${person}'s token may not see it`;
  const { data } = await orSay(github.rest.repos.get({ owner, repo }), { 404: hidden });
  if (data.archived) throw new Error(`${repository} is archived; choose another repository`);
  if (!data.has_issues) throw new Error(`${repository} takes no issues; switch them on in its settings`);
  return { person, base: base ?? data.default_branch };
}

/** Puts our words in place of GitHub's for some of its refusals. */
async function orSay<T>(asked: Promise<T>, words: Readonly<Record<number, string>>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const text = error instanceof RequestError ? words[error.status] : undefined;
    throw text === undefined ? error : new Error(text, { cause: error });
  }
}

/** Opens it in the way that has it planned. Not repeated by the client: the answer may be what was lost. */
async function openIssue({ github, repository, wish, trigger, branchPrefix, tell }: TrialOptions): Promise<TrialIssue> {
  const [owner = "", repo = ""] = repository.split("/");
  const once = { owner, repo, request: { retries: 0 } };
  const labels = trigger.kind === "label" ? { labels: [trigger.label] } : {};
  const { data } = await github.rest.issues.create({ ...once, ...wish, ...labels });
  tell({ event: "opened", issue: data.html_url, number: data.number });
  if (trigger.kind === "command")
    await github.rest.issues.createComment({ ...once, issue_number: data.number, body: "/plan" });
  return { repository, number: data.number, createdAt: data.created_at, branchPrefix };
}

async function follow(issue: TrialIssue, person: string, options: TrialOptions): Promise<Sight> {
  const { tell, now, sleep, signal, pollMs, limits } = options;
  const waiting: Waiting = {
    ...{ tell, now, pollMs, shownNotes: new Set() },
    look: () => look(issue, options),
    sleep: (ms) => sleep(ms, signal),
  };
  const started = now();
  let before = started;
  let sight: Sight | undefined;
  for (const hop of trialHops(limits, person)) {
    if (hop.id === "approved" && sight) await approve(sight, person, options);
    sight = await waitForHop(hop, waiting);
    const seenAt = now();
    const url = urlOf(hop.id, sight);
    tell({
      ...{ event: "seen", hop: hop.id, what: hop.what, atMs: seenAt - started, tookMs: seenAt - before },
      ...(url !== undefined && { url }),
    });
    before = seenAt;
  }
  if (!sight) throw new Error("a trial has hops");
  return sight;
}

async function look({ number, ...issue }: TrialIssue, { github, repository, account }: TrialOptions): Promise<Sight> {
  const snapshot = await readSnapshot({ graphql: github.query }, repository, number);
  if (!snapshot) throw new TrialFailure(`issue #${number} of ${repository} is not there any more`);
  const trace = readTrace(snapshot, account);
  // Before there is a plan to carry out no branch can be the issue's.
  const pulls = trace.plans.length > 0 ? await readPulls(github, { number, ...issue }) : [];
  return { snapshot, trace, pulls };
}

/** Asks the person to approve, or does it. */
async function approve(sight: Sight, person: string, options: TrialOptions): Promise<void> {
  const { github, repository, react, limits, tell, sleep, signal } = options;
  const plan = sight.trace.plans[0]?.comment;
  if (!plan) return;
  if (!react) return tell({ event: "asked", url: plan.url, minutes: limits.approvedMs / 60_000 });
  // GitHub's times have whole seconds, and an approval must be in a later one than the plan, which was seen already.
  await sleep(1_100, signal);
  const [owner = "", repo = ""] = repository.split("/");
  await github.rest.reactions.createForIssueComment({ owner, repo, comment_id: plan.id, content: "+1" });
  tell({ event: "reacted", url: plan.url, by: person });
}

/** Verifies until everything is right, or GitHub has had its time to show it. */
async function verify(seen: Sight, issue: TrialIssue, base: string, options: TrialOptions): Promise<boolean> {
  const { account, branchPrefix, now, sleep, signal, pollMs, tell } = options;
  const until = now() + settleMs;
  let sight = seen;
  for (;;) {
    const checks = verifyResult({ ...sight, account, base, branchPrefix });
    const ok = checks.every((check) => check.ok);
    if (ok || now() >= until) {
      for (const check of checks) tell({ event: "checked", ...check });
      return ok;
    }
    await sleep(Math.min(pollMs, Math.max(0, until - now())), signal);
    sight = await look(issue, options);
  }
}

function urlOf(hop: string, { trace, pulls }: Sight): string | undefined {
  if (hop === "planned") return trace.plans[0]?.comment.url;
  return hop === "pull-request" ? pulls[0]?.url : undefined;
}
