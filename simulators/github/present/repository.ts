import { hasRole } from "../access.ts";
import { fullName, type Label, type Repository, type User } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { apiUrl, iso, presentUser, type Schemas } from "./user.ts";

export const repositoryUrl = (store: Store, repository: Repository): string =>
  `${apiUrl(store)}/repos/${fullName(repository)}`;
export const htmlUrl = (store: Store, repository: Repository): string => `${store.url}/${fullName(repository)}`;

function urls(store: Store, repository: Repository) {
  const url = repositoryUrl(store, repository);
  const html_url = htmlUrl(store, repository);
  return {
    url,
    html_url,
    forks_url: `${url}/forks`,
    keys_url: `${url}/keys{/key_id}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    teams_url: `${url}/teams`,
    hooks_url: `${url}/hooks`,
    issue_events_url: `${url}/issues/events{/number}`,
    events_url: `${url}/events`,
    assignees_url: `${url}/assignees{/user}`,
    branches_url: `${url}/branches{/branch}`,
    tags_url: `${url}/tags`,
    blobs_url: `${url}/git/blobs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    trees_url: `${url}/git/trees{/sha}`,
    statuses_url: `${url}/statuses/{sha}`,
    languages_url: `${url}/languages`,
    stargazers_url: `${url}/stargazers`,
    contributors_url: `${url}/contributors`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    commits_url: `${url}/commits{/sha}`,
    git_commits_url: `${url}/git/commits{/sha}`,
    comments_url: `${url}/comments{/number}`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    contents_url: `${url}/contents/{+path}`,
    compare_url: `${url}/compare/{base}...{head}`,
    merges_url: `${url}/merges`,
    archive_url: `${url}/{archive_format}{/ref}`,
    downloads_url: `${url}/downloads`,
    issues_url: `${url}/issues{/number}`,
    pulls_url: `${url}/pulls{/number}`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    labels_url: `${url}/labels{/name}`,
    releases_url: `${url}/releases{/id}`,
    deployments_url: `${url}/deployments`,
    clone_url: `${html_url}.git`,
    git_url: `git://${html_url.replace(/^https?:\/\//, "")}.git`,
    ssh_url: `git@${new URL(store.url).hostname}:${fullName(repository)}.git`,
    svn_url: html_url,
  };
}

/** One shape for the REST answer, for what is nested in pull requests, and for webhooks. */
export function presentRepository(store: Store, repository: Repository, user: User | null = null) {
  const open = [...repository.issues.values()].filter((issue) => issue.state === "open").length;
  return {
    id: repository.id,
    node_id: repository.nodeId,
    name: repository.name,
    full_name: fullName(repository),
    private: repository.private,
    owner: presentUser(store, repository.owner),
    description: null,
    fork: false,
    ...urls(store, repository),
    mirror_url: null,
    homepage: null,
    size: 1,
    stargazers_count: 0,
    watchers_count: 0,
    forks_count: 0,
    forks: 0,
    watchers: 0,
    network_count: 0,
    subscribers_count: 0,
    language: null,
    license: null,
    topics: [] as string[],
    visibility: repository.private ? "private" : "public",
    has_issues: repository.hasIssues,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: true,
    has_discussions: false,
    archived: repository.archived,
    disabled: false,
    open_issues: open,
    open_issues_count: open,
    allow_forking: true,
    is_template: false,
    web_commit_signoff_required: false,
    default_branch: repository.defaultBranch,
    created_at: iso(repository.createdAt),
    updated_at: iso(repository.updatedAt),
    pushed_at: iso(repository.pushedAt),
    // Roles are people's: of an App they tell nothing, whatever it may do.
    permissions: {
      admin: !user?.app && hasRole(repository, user, "admin"),
      maintain: !user?.app && hasRole(repository, user, "maintain"),
      push: !user?.app && hasRole(repository, user, "write"),
      triage: !user?.app && hasRole(repository, user, "triage"),
      pull: !user?.app && (hasRole(repository, user, "read") || !repository.private),
    },
  } satisfies Schemas["full-repository"] & { has_downloads: boolean };
}

export function presentLabel(store: Store, repository: Repository, label: Label): Schemas["label"] {
  return {
    id: label.id,
    node_id: label.nodeId,
    url: `${repositoryUrl(store, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: label.name === "bug" || label.name === "enhancement" || label.name === "question",
    description: label.description,
  };
}
