import {
  type About,
  branchName,
  defaultBranchPrefix,
  issueTextSha256,
  markedComment,
  markers,
  planBody,
  planSha256,
  type RunIds,
  type Stage,
  subjectId,
  taskId,
} from "@froussard/contract";
import { resolveCommit } from "@froussard/simulators/github/git/bare-repository";
import type { GitHubSimulator } from "@froussard/simulators/github/start";

const text = "1. Add the file.";

/**
 * For tests: writes to a simulated GitHub what a pipeline writes, step by step and at once, so that a step can be left out
 * or done wrong. It judges nothing; what it makes is right by the contract unless a test changes it.
 */
export function scriptPipeline(
  github: GitHubSimulator,
  { repository: name, login }: { repository: string; login: string },
) {
  const actor = github.as(login);
  const repository = github.repository(name);
  const issue = () => {
    const found = [...repository.issues.values()].find(({ pull }) => pull === null);
    if (!found) throw new Error("there is no issue yet");
    return found;
  };
  const ids = (stage: Stage, about: About): RunIds => {
    const { id, number } = issue();
    const subject = subjectId({ repositoryId: repository.id, issueId: id, stage, about });
    return { stage, about, subjectId: subject, taskId: taskId(stage, number, subject, 0) };
  };
  const planned = () => {
    const plan = issue().comments.find(({ body }) => body?.startsWith(markers.plan));
    if (!plan) throw new Error("there is no plan yet");
    return plan;
  };
  let baseCommit = "";
  const work = () => ids("implementation", `plan:${planned().id}:${planSha256(`\n${text}\n`, baseCommit)}`);
  const told = (marker: string, run: RunIds, words: string) =>
    actor.comment(issue(), markedComment(marker, run, words));
  return {
    notice: () => void actor.react(issue(), "eyes"),
    begin: () => void told(markers.progress, ids("planning", "issue"), "…"),
    plan: async () => {
      baseCommit = (await resolveCommit(repository.folder, repository.defaultBranch)) ?? "";
      const { stage: _, ...run } = ids("planning", "issue");
      const { id, title, body } = issue();
      const issueText = issueTextSha256(title, body ?? "");
      const plan = { repositoryId: repository.id, issueId: id, ...run, baseCommit, issueTextSha256: issueText };
      actor.comment(issue(), planBody(text, plan, "How to approve."));
    },
    accept: () => {
      actor.react(planned(), "rocket");
      told(markers.progress, work(), "…");
    },
    fail: (stage: Stage) =>
      void told(
        markers.result,
        { ...(stage === "planning" ? ids("planning", "issue") : work()), outcome: "failed", code: "model-refused" },
        "No.",
      ),
    /** A branch with one commit, and a pull request of it. */
    open: async ({ draft = true, body = `Closes #${issue().number}` } = {}) => {
      const run = work();
      const branch = branchName(defaultBranchPrefix, issue().number, run.subjectId);
      const message = `Add\n\nCodex-Task: ${run.taskId}\n`;
      await github.commit(repository, { branch, message, files: { "a.md": "a\n" }, from: baseCommit, by: login });
      return await actor.openPullRequest(repository, { title: "Add", body, head: branch, base: "main", draft });
    },
    link: (url: string) => void told(markers.result, { ...work(), outcome: "done" }, `There: ${url}`),
  };
}
