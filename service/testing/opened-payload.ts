import type { FakeIssue } from "./fake-github.ts";

/** What `translate` reads of an `issues.opened` payload, in GitHub's form, for an issue of the fake. */
export function openedPayload({ repository, issue }: FakeIssue) {
  return {
    action: "opened",
    sender: issue.author,
    repository: {
      id: repository.id,
      full_name: repository.nameWithOwner,
      archived: repository.isArchived,
      default_branch: repository.defaultBranch?.name ?? "main",
    },
    issue: {
      id: issue.id,
      node_id: issue.nodeId,
      number: issue.number,
      html_url: issue.url,
      title: issue.title,
      body: issue.body,
      state: issue.state.toLowerCase(),
      created_at: issue.createdAt,
      user: issue.author ?? null,
      labels: issue.labels.map((name) => ({ name })),
    },
  };
}
