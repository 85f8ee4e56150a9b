import { isPull } from "../actions/pulls.ts";
import { presentComment, presentIssue } from "../present/issue.ts";
import { presentPull } from "../present/pull.ts";
import { presentLabel, presentRepository } from "../present/repository.ts";
import { presentUser } from "../present/user.ts";
import type { HappeningOf } from "../store/happening.ts";
import type { Store } from "../store/store.ts";

export type Payload = Record<string, unknown>;

/**
 * The webhook's body, as things stand at the call. Everything but a pull request's figures is taken down before the
 * first await, so that a later change cannot show in an earlier event.
 */
export function payloadOf(store: Store, happening: HappeningOf): Payload | Promise<Payload> {
  const { repository, sender, action } = happening;
  const scene = { repository: presentRepository(store, repository), sender: presentUser(store, sender) };
  if (happening.event === "pull_request") {
    const { issue } = happening;
    if (!isPull(issue)) throw new Error(`issue ${issue.number} is no pull request`);
    return presentPull(store, issue, null).then((pull_request) => ({
      action,
      number: issue.number,
      pull_request,
      ...scene,
    }));
  }
  const issue = presentIssue(store, happening.issue);
  if (happening.event === "issue_comment") {
    const comment = presentComment(store, happening.comment);
    const changes = happening.action === "edited" ? { changes: happening.changes } : {};
    return { action, ...changes, issue, comment, ...scene };
  }
  return { action, issue, ...issueDetails(store, happening), ...scene };
}

function issueDetails(store: Store, happening: Extract<HappeningOf, { event: "issues" }>): Payload {
  switch (happening.action) {
    case "edited":
      return { changes: happening.changes };
    case "labeled":
    case "unlabeled":
      return { label: presentLabel(store, happening.repository, happening.label) };
    case "transferred": {
      const { to } = happening;
      return {
        changes: { new_issue: presentIssue(store, to.issue), new_repository: presentRepository(store, to.repository) },
      };
    }
    case "opened": {
      const { from } = happening;
      if (!from) return {};
      return {
        changes: {
          old_issue: presentIssue(store, from.issue),
          old_repository: presentRepository(store, from.repository),
        },
      };
    }
    default:
      return {};
  }
}
