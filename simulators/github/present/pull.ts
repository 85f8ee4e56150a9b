import type { PullIssue } from "../actions/pulls.ts";
import { changedFiles, countCommits, type FileChange, mergeBase } from "../git/history.ts";
import type { User } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { association, issueHtmlUrl, issueUrl } from "./issue.ts";
import { htmlUrl, presentLabel, presentRepository, repositoryUrl } from "./repository.ts";
import { iso, isoOrNull, presentUser, type Schemas } from "./user.ts";

/** What a list of pull requests shows of each. */
export function presentPullSimple(store: Store, issue: PullIssue, viewer: User | null) {
  const { repository, pull } = issue;
  const url = `${repositoryUrl(store, repository)}/pulls/${issue.number}`;
  const html_url = issueHtmlUrl(store, issue);
  const owner = presentUser(store, repository.owner);
  const repo = presentRepository(store, repository, viewer);
  const end = (ref: string, sha: string) => ({
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: owner,
    repo,
  });
  const statuses_url = `${repositoryUrl(store, repository)}/statuses/${pull.headSha}`;
  return {
    url,
    id: pull.id,
    node_id: pull.nodeId,
    html_url,
    diff_url: `${html_url}.diff`,
    patch_url: `${html_url}.patch`,
    issue_url: issueUrl(store, issue),
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repositoryUrl(store, repository)}/pulls/comments{/number}`,
    comments_url: `${issueUrl(store, issue)}/comments`,
    statuses_url,
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: presentUser(store, issue.author),
    body: issue.body,
    labels: issue.labels.map((label) => ({
      ...presentLabel(store, repository, label),
      description: label.description ?? "",
    })),
    milestone: null,
    created_at: iso(issue.createdAt),
    updated_at: iso(issue.updatedAt),
    closed_at: isoOrNull(issue.closedAt),
    merged_at: null,
    merge_commit_sha: null,
    assignee: null,
    assignees: [] as Schemas["simple-user"][],
    requested_reviewers: [] as Schemas["simple-user"][],
    requested_teams: [] as Schemas["team"][],
    head: end(pull.headBranch, pull.headSha),
    base: end(pull.baseBranch, pull.baseSha),
    _links: {
      self: { href: url },
      html: { href: html_url },
      issue: { href: issueUrl(store, issue) },
      comments: { href: `${issueUrl(store, issue)}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${repositoryUrl(store, repository)}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statuses_url },
    },
    author_association: association(repository, issue.author),
    auto_merge: null,
    draft: pull.draft,
    active_lock_reason: null,
  };
}

/** The files a pull request changes, against where its branch left the base. */
export async function pullFiles(issue: PullIssue): Promise<FileChange[]> {
  const { repository, pull } = issue;
  const from = (await mergeBase(repository.folder, pull.baseSha, pull.headSha)) ?? pull.baseSha;
  return await changedFiles(repository.folder, from, pull.headSha);
}

export async function presentPull(store: Store, issue: PullIssue, viewer: User | null) {
  const { repository, pull } = issue;
  const files = await pullFiles(issue);
  const simple = presentPullSimple(store, issue, viewer);
  return {
    ...simple,
    merged: false,
    mergeable: true,
    rebaseable: true,
    mergeable_state: pull.draft ? "draft" : "clean",
    merged_by: null,
    comments: issue.comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: await countCommits(repository.folder, `${pull.baseSha}..${pull.headSha}`),
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changed_files: files.length,
  };
}

export function presentFile(
  store: Store,
  issue: Pick<PullIssue, "repository">,
  headSha: string,
  file: FileChange,
): Schemas["diff-entry"] {
  const path = file.filename.split("/").map(encodeURIComponent).join("/");
  return {
    sha: file.sha,
    filename: file.filename,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${htmlUrl(store, issue.repository)}/blob/${headSha}/${path}`,
    raw_url: `${htmlUrl(store, issue.repository)}/raw/${headSha}/${path}`,
    contents_url: `${repositoryUrl(store, issue.repository)}/contents/${path}?ref=${headSha}`,
    ...(file.patch === undefined ? {} : { patch: file.patch }),
    ...(file.previous === undefined ? {} : { previous_filename: file.previous }),
  };
}
