import { type IssueSnapshot, type Stage, stateLabels } from "@froussard/contract";
import type { PullFacts } from "./pull-facts.ts";
import type { Trace } from "./trace.ts";

/** All that is looked at while a trial goes on. */
export interface Sight {
  snapshot: IssueSnapshot;
  trace: Trace;
  /** The pull requests that belong to the issue. */
  pulls: readonly PullFacts[];
}

/** One step of the way from the issue to the draft pull request. */
export interface Hop {
  id: string;
  /** What is waited for. */
  what: string;
  /** Longest wait in milliseconds. */
  limitMs: number;
  /** Whether it has happened; what comes later counts too, since a look may miss the moment between two. */
  seen(sight: Sight): boolean;
  /** Where to look when it does not come. */
  look: readonly string[];
}

/** Longest waits in milliseconds. */
export interface HopLimits {
  /** Until the service has seen something that a person did. */
  noticedMs: number;
  /** Until a run has begun that was handed over. */
  begunMs: number;
  /** Until a run has its result. */
  workedMs: number;
  /** Until the person has approved. */
  approvedMs: number;
}

const begun = ({ trace }: Sight, stage: Stage) => trace.progress.some(({ ids }) => ids.stage === stage);
const planned = ({ trace }: Sight) => trace.plans.length > 0;
const linked = ({ trace }: Sight) => trace.results.some(({ ids }) => ids.outcome === "done");
const reacted = ({ trace }: Sight, content: string) =>
  trace.plans.some(({ comment }) => comment.reactions.some((reaction) => reaction.content === content));

const service =
  "one machine: the terminal of `npm run local`; cluster: kubectl -n froussard logs deploy/froussard-serve";
const watch = "cluster: kubectl -n froussard logs deploy/froussard-watch";
const runs =
  "cluster: argo list -n argo-workflows; argo get <name> -n argo-workflows; argo logs <name> -n argo-workflows";
const launch =
  "cluster: kubectl -n argo-workflows get eventsource,sensor,pods; their logs say whether they read the topic github.codex.tasks";

/** The way in order. `person` is the login that opens the issue and approves. */
export function trialHops(limits: HopLimits, person: string): Hop[] {
  const { noticedMs, begunMs, workedMs, approvedMs } = limits;
  return [
    {
      id: "queued",
      what: "👀 on the issue: its task is handed over",
      limitMs: noticedMs,
      seen: (sight) =>
        sight.snapshot.issue.reactions.some(({ content }) => content === "EYES") ||
        begun(sight, "planning") ||
        planned(sight),
      look: [
        `is ${person} listed in CODEX_TRIGGER_LOGINS, the repository in CODEX_REPOSITORIES, and CODEX_PLAN_TRIGGER the same here and there?`,
        "GitHub → the repository's settings → Webhooks → Recent Deliveries: 401 means that the secret differs",
        service,
        watch,
      ],
    },
    {
      id: "planning",
      what: "a run begins to plan",
      limitMs: begunMs,
      seen: (sight) => begun(sight, "planning") || planned(sight),
      look: [launch, runs, "one machine: another task may be at work; --concurrency lets more run at once"],
    },
    {
      id: "planned",
      what: "the plan, as a comment",
      limitMs: workedMs,
      seen: planned,
      look: ["the progress comment on the issue says what the run does", runs],
    },
    {
      id: "approved",
      what: "👍 on the plan, or /approve",
      limitMs: approvedMs,
      // A command is seen by what follows from it.
      seen: (sight) => reacted(sight, "THUMBS_UP") || reacted(sight, "ROCKET") || begun(sight, "implementation"),
      look: [`react with 👍 to the plan, as ${person} or whoever else is listed; --react does it for you`],
    },
    {
      id: "accepted",
      what: "🚀 on the plan: its task is handed over",
      limitMs: noticedMs,
      seen: (sight) => reacted(sight, "ROCKET") || begun(sight, "implementation"),
      look: [
        `a 👍 counts from those in CODEX_TRIGGER_LOGINS alone, and they need write access; is ${person} among them?`,
        "the pipeline asks on the issue where an approval does not count",
        watch,
        service,
      ],
    },
    {
      id: "implementing",
      what: "a run begins to carry it out",
      limitMs: begunMs,
      seen: (sight) => begun(sight, "implementation") || sight.pulls.length > 0,
      look: [launch, runs],
    },
    {
      id: "pull-request",
      what: "the draft pull request",
      limitMs: workedMs,
      seen: (sight) => sight.pulls.length > 0 || linked(sight),
      look: [
        "the progress comment on the issue says what the run does",
        runs,
        "may the pipeline's account push branches and open pull requests (contents, pull requests: read and write)?",
      ],
    },
    {
      id: "linked",
      what: "the comment that links to it",
      limitMs: noticedMs,
      seen: linked,
      look: ["cluster: the Workflow's last step, report, looks for it and tells: argo logs <name> -n argo-workflows"],
    },
  ];
}

/** What the pipeline has told as the end of a stage instead of a result, or undefined. */
export function toldFailure({ trace }: Sight): Trace["results"][number] | undefined {
  return trace.results.find(({ ids }) => ids.outcome !== undefined && ids.outcome !== "done");
}

/** The state as people see it, for a message. */
export function stateOf({ snapshot }: Sight): string {
  const state = snapshot.issue.labels.find((label) => stateLabels.includes(label));
  return state === undefined ? "no label of the pipeline" : `the label ${state}`;
}
