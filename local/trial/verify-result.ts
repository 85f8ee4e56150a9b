import { branchName, type IssueSnapshot, parseCommand, planSha256, subjectId, taskId } from "@froussard/contract";
import { author } from "codex-runner/git/commit-changes";
import { taskTrailer } from "codex-runner/render/commit-message";
import { closes, type PullFacts } from "./pull-facts.ts";
import { plainLogin, readTrace, type Trace } from "./trace.ts";

/** What GitHub shows at the end of a trial. */
export interface TrialFacts {
  snapshot: IssueSnapshot;
  pulls: readonly PullFacts[];
  /** Login that the pipeline should have written with; when absent, one for all of it is enough. */
  account?: string | undefined;
  /** Branch that the pull request should be against. */
  base: string;
  branchPrefix: string;
}

/** One thing that was verified. */
export interface Check {
  id: string;
  ok: boolean;
  /** What was found, or what is wrong with it. */
  found: string;
}

/** Whether the issue led to what the specification promises, one check for each promise; all are told. Pure. */
export function verifyResult(facts: TrialFacts): Check[] {
  const { snapshot, pulls, base } = facts;
  const { issue } = snapshot;
  const trace = readTrace(snapshot);
  const plan = trace.plans.find(({ body }) => body !== undefined) ?? trace.plans[0];
  const pull = pulls[0];
  const done = trace.results.filter(({ ids }) => ids.outcome === "done" && ids.stage === "implementation");
  const linking = done.filter(({ comment }) => pull !== undefined && comment.body.includes(pull.url));
  const expected = expectedNames(facts, trace);
  const check = (id: string, ok: boolean, right: string, wrong: string): Check => ({
    id,
    ok,
    found: ok ? right : wrong,
  });
  const noPull = "there is no pull request";

  return [
    check(
      "one-plan",
      trace.plans.length === 1 && plan?.body !== undefined,
      "one visible plan comment, made for this issue",
      trace.plans.length === 1
        ? "the plan comment's ids are missing, or are not this issue's"
        : `${trace.plans.length} visible plan comments`,
    ),
    check(
      "approved",
      isApprovedFirst(facts, trace),
      "a person approved the plan before anything was done",
      "no 👍 and no /approve was there when the work began",
    ),
    check(
      "one-pull-request",
      pulls.length === 1 && pull?.state === "open",
      `one pull request, #${pull?.number}`,
      pulls.length === 1
        ? `pull request #${pull?.number} is ${pull?.state}`
        : `${pulls.length} pull requests belong to the issue${pulls.map(({ number }) => ` #${number}`).join()}`,
    ),
    check("draft", pull?.isDraft ?? false, "it is a draft", pull ? `#${pull.number} is not a draft` : noPull),
    check(
      "branch",
      pull !== undefined && pull.headBranch === expected?.branch,
      `its branch is ${pull?.headBranch}`,
      pull ? `its branch is ${pull.headBranch}, not ${expected?.branch ?? "known without a plan"}` : noPull,
    ),
    check(
      "base",
      pull?.baseBranch === base,
      `it is against ${base}`,
      pull ? `it is against ${pull.baseBranch}, not ${base}` : noPull,
    ),
    check(
      "closing-word",
      closes(pull?.body ?? "", issue.number),
      `it says that it closes #${issue.number}`,
      pull ? `nothing in it closes #${issue.number}` : noPull,
    ),
    check(
      "linking-comment",
      linking.length === 1 && done.length === 1,
      "one comment on the issue links to it",
      `${done.length} comments tell of the result, ${linking.length} of them link to ${pull?.url ?? "a pull request"}`,
    ),
    check(
      "changes",
      (pull?.changedFiles ?? 0) > 0,
      `${pull?.changedFiles} ${pull?.changedFiles === 1 ? "file" : "files"} changed`,
      pull ? "it changes no file" : noPull,
    ),
    commitsCheck(pull, expected?.taskIds ?? []),
    accountCheck(facts, trace),
  ];
}

/** By the rules of identity, from the plan as it stands. */
function expectedNames({ snapshot, branchPrefix }: TrialFacts, trace: Trace) {
  const { repository, issue } = snapshot;
  const plan = trace.plans.find(({ body }) => body !== undefined);
  if (!plan?.body) return undefined;
  const about = `plan:${plan.comment.id}:${planSha256(plan.body.text, plan.body.ids.baseCommit)}` as const;
  const subject = subjectId({ repositoryId: repository.id, issueId: issue.id, stage: "implementation", about });
  // A `/retry` makes another task of the same subject.
  const told = [...trace.progress, ...trace.results].filter(({ ids }) => ids.subjectId === subject);
  return {
    branch: branchName(branchPrefix, issue.number, subject),
    taskIds: [taskId("implementation", issue.number, subject, 0), ...told.map(({ ids }) => ids.taskId)],
  };
}

/** Who may approve is the pipeline's to judge; here somebody must have, before the work began. */
function isApprovedFirst({ snapshot }: TrialFacts, { plans, progress }: Trace): boolean {
  const [plan] = plans;
  if (!plan) return false;
  const { id, createdAt, reactions } = plan.comment;
  const thumbs = reactions.filter(({ content }) => content === "THUMBS_UP");
  const words = snapshot.comments.filter((each) => each.id > id && parseCommand(each.body)?.name === "approve");
  const began = progress.find(({ ids }) => ids.stage === "implementation")?.comment.createdAt;
  return [...thumbs, ...words].some(
    (each) => each.createdAt > createdAt && (began === undefined || each.createdAt <= began),
  );
}

function commitsCheck(pull: PullFacts | undefined, taskIds: readonly string[]): Check {
  const faults = (pull?.commits ?? []).flatMap(({ sha, authorName, committerName, message }) => {
    const short = sha.slice(0, 8);
    const names = [...new Set([authorName, committerName])].filter((name) => name !== author.name);
    const trailer = trailers(message).find((line) => line.startsWith(`${taskTrailer}: `));
    const task = trailer?.slice(`${taskTrailer}: `.length);
    return [
      ...(names.length > 0 ? [`${short} is by ${names.join(" and ")}, not ${author.name}`] : []),
      ...(task === undefined ? [`${short} has no ${taskTrailer} trailer`] : []),
      ...(task !== undefined && !taskIds.includes(task)
        ? [`${short} is of the task ${task}, which is another one`]
        : []),
    ];
  });
  const count = pull?.commits.length ?? 0;
  const ok = count > 0 && faults.length === 0;
  const right = `${count} commit${count === 1 ? "" : "s"} by ${author.name}, with the task's trailer`;
  return { id: "commits", ok, found: ok ? right : faults.join("; ") || "there is no commit" };
}

/** The lines of a message's last paragraph. */
function trailers(message: string): string[] {
  return (
    message
      .trimEnd()
      .split(/\n{2,}/)
      .at(-1)
      ?.split("\n") ?? []
  );
}

function accountCheck({ pulls, account }: TrialFacts, { plans, progress, results }: Trace): Check {
  const comments = [...plans, ...progress, ...results].map(
    ({ comment }) => comment.author?.login ?? "a deleted account",
  );
  const all = [...comments, ...pulls.map(({ author: login }) => login)];
  const writers = new Map(all.map((login) => [plainLogin(login), login]));
  const ok = writers.size === 1 && (account === undefined || writers.has(plainLogin(account)));
  const found = `${[...writers.values()].join(" and ") || "nobody"} wrote plan, results and pull request`;
  return { id: "account", ok, found: ok || account === undefined ? found : `${found}, not ${account} alone` };
}
