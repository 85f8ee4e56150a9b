import type { RepositoryFilter } from "@froussard/contract";
import { isListed, labels, parseCommand, type Task } from "@froussard/contract";
import type { EmitterWebhookEvent } from "@octokit/webhooks";
import { type Cause, identify, type Mark } from "./cause.ts";
import { makeTask } from "./make-task.ts";
import type { ServicePolicy } from "./service-policy.ts";
import {
  type IssueFacts,
  type IssuesFacts,
  issueCommentFacts,
  issuesFacts,
  type RepositoryFacts,
} from "./webhook-facts.ts";

export interface TranslateContext {
  policy: ServicePolicy;
  admits: RepositoryFilter;
  now: Date;
}

/** What a webhook means: a task, an issue to look at as it stands, or why it means nothing. */
export type Translation =
  | { task: Task; askedAt: string; mark: Mark[]; again?: true }
  | { look: { repository: string; issueNumber: number } }
  | { reason: string };

/** Name and payload as GitHub sends them, whatever the event. `id` is the delivery's. */
export type WebhookEvent = Pick<EmitterWebhookEvent, "id" | "name" | "payload">;

/** An opened issue that is older was delivered late or again: other things may have happened since, so it is looked at. */
const freshSeconds = 60;

/** Whether events of this name can mean something; of all others nothing is read. */
export function isTranslated(event: string): event is "issues" | "issue_comment" {
  return event === "issues" || event === "issue_comment";
}

/** Reads a webhook (design §2.1). Pure; the ids are the ones that `nextTask` gives for the same cause. */
export function translate(event: WebhookEvent, context: TranslateContext): Translation {
  switch (event.name) {
    case "issues": {
      const facts = issuesFacts.safeParse(event.payload);
      return facts.success ? translateIssues(facts.data, event.id, context) : unreadable(facts.error.issues);
    }
    case "issue_comment": {
      const facts = issueCommentFacts.safeParse(event.payload);
      if (!facts.success) return unreadable(facts.error.issues);
      const { action, comment, issue, repository } = facts.data;
      if (action !== "created") return { reason: "this action of issue_comment starts nothing" };
      const gate = closedGate(issue, repository, context);
      if (gate) return { reason: gate };
      if (!isListed(comment.user ?? undefined, context.policy))
        return { reason: "comment of somebody who is not listed" };
      return parseCommand(comment.body) ? look(repository, issue) : { reason: "the comment is no command" };
    }
    default:
      return { reason: `${event.name} events start nothing` };
  }
}

function translateIssues(facts: IssuesFacts, deliveryId: string, context: TranslateContext): Translation {
  const { action, issue, repository, label, sender } = facts;
  const { policy } = context;
  const gate = closedGate(issue, repository, context);
  switch (action) {
    case "opened":
      return gate ? { reason: gate } : translateOpened(facts, deliveryId, context);
    case "reopened":
      return gate ? { reason: gate } : look(repository, issue);
    case "labeled":
      if (gate) return { reason: gate };
      if (policy.trigger.kind !== "label" || label?.name !== policy.trigger.label)
        return { reason: "this label starts nothing (CODEX_PLAN_TRIGGER)" };
      if (!isListed(sender ?? undefined, policy)) return { reason: "labelled by somebody who is not listed" };
      return look(repository, issue);
    case "unlabeled":
      if (gate) return { reason: gate };
      return label?.name === labels.skip
        ? look(repository, issue)
        : { reason: "the label that was removed starts nothing" };
    default:
      return { reason: "this action of issues starts nothing" };
  }
}

function translateOpened(
  { issue, repository, changes }: IssuesFacts,
  deliveryId: string,
  { policy, now }: TranslateContext,
): Translation {
  if (changes?.old_issue) return look(repository, issue);
  if (policy.trigger.kind !== "author") return { reason: "opening an issue starts nothing (CODEX_PLAN_TRIGGER)" };
  const { user } = issue;
  if (!user || !isListed(user, policy)) return { reason: "opened by somebody who is not listed" };
  if (now.getTime() - Date.parse(issue.created_at) > freshSeconds * 1000) return look(repository, issue);
  const cause: Cause = {
    stage: "planning",
    about: "issue",
    attempt: 0,
    at: issue.created_at,
    sender: user,
    marks: [{ nodeId: issue.node_id, content: "EYES" }],
  };
  const ids = identify({ repositoryId: repository.id, issueId: issue.id, issueNumber: issue.number }, cause);
  const source = {
    repository: {
      id: repository.id,
      nameWithOwner: repository.full_name,
      defaultBranch: { name: repository.default_branch },
    },
    issue: { number: issue.number, url: issue.html_url, title: issue.title, body: issue.body ?? "" },
  };
  const made = makeTask(source, policy, cause, ids, now, deliveryId);
  return "reason" in made ? { reason: made.reason } : { task: made.task, askedAt: cause.at, mark: cause.marks };
}

function closedGate(issue: IssueFacts, repository: RepositoryFacts, { admits }: TranslateContext): string | undefined {
  if (!admits(repository.full_name)) return `${repository.full_name} is not served (CODEX_REPOSITORIES)`;
  if (repository.archived) return "the repository is archived";
  if (issue.pull_request) return "it is a pull request, not an issue";
  if (issue.state === "closed") return "the issue is closed";
  if (issue.labels.some(({ name }) => name === labels.skip)) return `the issue is labelled ${labels.skip}`;
  return undefined;
}

function look({ full_name }: RepositoryFacts, { number }: IssueFacts): Translation {
  return { look: { repository: full_name, issueNumber: number } };
}

function unreadable(issues: readonly { path: PropertyKey[] }[]): Translation {
  return { reason: `payload without usable ${issues.map(({ path }) => path.join(".")).join(", ")}` };
}
