import {
  type About,
  type IssueSnapshot,
  issueTextSha256,
  type Plan,
  parsePlanBody,
  planSha256,
  RunFailure,
  readPlans,
  subjectId,
  taskId,
} from "@froussard/contract";
import { changeReportSchema, planSchema } from "../plan.ts";
import { implementationPrompt } from "../prompt/implementation-prompt.ts";
import { outputSchema } from "../prompt/output-schema.ts";
import { planningPrompt } from "../prompt/planning-prompt.ts";
import type { DryRunTexts } from "../settings.ts";
import { baseOf, checkServed, contextOf } from "./confirm-run.ts";
import type { RepositoryFacts } from "./github-facts.ts";
import { named, type PreparedRun, type PrepareInput } from "./prepare-run.ts";
import { implementationInputs, planningInputs } from "./run-inputs.ts";

/**
 * A run whose result is only shown: texts given by hand stand in for what GitHub has, nobody need have asked for it, and
 * no approval is needed because nothing is posted or pushed.
 * @throws RunFailure when GitHub cannot be asked, or there is no plan to carry out
 */
export async function prepareDryRun(input: Omit<PrepareInput, "find">, texts: DryRunTexts): Promise<PreparedRun> {
  const { claim, rules, facts } = input;
  const repository = await facts.repository(claim.TASK_REPOSITORY);
  checkServed(rules, repository);
  const number = claim.TASK_ISSUE_NUMBER;
  const found = number === 0 ? undefined : await facts.issue(repository.nameWithOwner, number);
  const snapshot = withTexts(found ?? missingIssue(repository, number), texts);
  const base = await baseOf({ ...rules, baseBranch: claim.TASK_BASE ?? rules.baseBranch }, facts, repository);
  const identity = (about: About) => {
    const subject = { repositoryId: repository.id, issueId: snapshot.issue.id, stage: claim.TASK_STAGE, about };
    const id = subjectId(subject);
    // The form of a task id has a number, also where there is no issue.
    return { ...subject, attempt: 0, subjectId: id, taskId: taskId(claim.TASK_STAGE, number || 1, id, 0) };
  };
  const cause = { at: snapshot.issue.createdAt };
  if (claim.TASK_STAGE === "planning") {
    const inputs = planningInputs(snapshot, rules.policy, undefined);
    const run = { ...contextOf(rules, snapshot, identity("issue"), base), inputs };
    return {
      run,
      cause,
      prompt: planningPrompt({ ...named(run), changes: rules.changes }),
      outputSchema: outputSchema(planSchema),
    };
  }
  const plan = texts.TASK_PLAN_COMMENT_BODY
    ? givenPlan(snapshot, texts.TASK_PLAN_COMMENT_BODY, base.commit)
    : readPlans(snapshot).at(-1);
  if (!plan) throw new RunFailure("invalid-task", "there is no plan on the issue; give planCommentBody");
  const run = {
    ...contextOf(rules, snapshot, identity(`plan:${plan.comment.id}:${plan.sha256}`), base),
    inputs: implementationInputs(snapshot, plan, false),
    implementation: { plan, branch: claim.TASK_HEAD ?? "dry-run", approvedBy: "nobody", issueEditedSincePlan: false },
  };
  const prompt = implementationPrompt({ ...named(run), changes: rules.changes });
  return { run, cause, prompt, outputSchema: outputSchema(changeReportSchema) };
}

function withTexts(snapshot: IssueSnapshot, texts: DryRunTexts): IssueSnapshot {
  const { TASK_PROMPT: prompt, TASK_ISSUE_TITLE: title, TASK_ISSUE_BODY: body, TASK_ISSUE_URL: url } = texts;
  const { issue } = snapshot;
  return {
    ...snapshot,
    issue: {
      ...issue,
      title: title ?? (issue.title || (prompt ?? "")),
      body: body ?? issue.body,
      url: url ?? issue.url,
    },
  };
}

function missingIssue(repository: RepositoryFacts, number: number): IssueSnapshot {
  const { id, nameWithOwner, isPrivate, isArchived } = repository;
  return {
    viewer: { id: 1, login: "dry-run" },
    repository: { id, nameWithOwner, isPrivate, isArchived },
    issue: {
      id: number,
      nodeId: "dry-run",
      number,
      url: "",
      title: "",
      body: "",
      state: "OPEN",
      createdAt: "1970-01-01T00:00:00Z",
      labels: [],
      labelEvents: [],
      reactions: [],
    },
    comments: [],
  };
}

function givenPlan({ repository, issue }: IssueSnapshot, body: string, baseCommit: string): Plan {
  const text = parsePlanBody(body)?.text ?? body;
  const subject = subjectId({ repositoryId: repository.id, issueId: issue.id, stage: "planning", about: "issue" });
  return {
    comment: {
      id: 1,
      nodeId: "dry-run",
      url: "",
      body,
      createdAt: issue.createdAt,
      viewerDidAuthor: true,
      isMinimized: false,
      reactions: [],
    },
    text,
    sha256: planSha256(text, baseCommit),
    ids: {
      repositoryId: repository.id,
      issueId: issue.id,
      about: "issue",
      subjectId: subject,
      taskId: taskId("planning", issue.number, subject, 0),
      baseCommit,
      issueTextSha256: issueTextSha256(issue.title, issue.body),
    },
  };
}
