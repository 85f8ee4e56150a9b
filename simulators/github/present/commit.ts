import type { Commit } from "../git/history.ts";
import type { Repository, User } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { htmlUrl, repositoryUrl } from "./repository.ts";
import { presentUser, type Schemas } from "./user.ts";

/** The account behind a commit's address: GitHub knows its own `id+login@users.noreply.github.com`. */
function accountOf(store: Store, email: string): User | undefined {
  const [, id, login] = /^(?:(\d+)\+)?([^@]+)@users\.noreply\.github\.com$/.exec(email) ?? [];
  return id ? store.users.get(Number(id)) : login ? store.userByLogin(login) : undefined;
}

export function presentCommit(store: Store, repository: Repository, commit: Commit) {
  const url = `${repositoryUrl(store, repository)}/commits/${commit.sha}`;
  const html_url = `${htmlUrl(store, repository)}/commit/${commit.sha}`;
  const account = (email: string): Schemas["simple-user"] | null => {
    const user = accountOf(store, email);
    return user ? presentUser(store, user) : null;
  };
  return {
    sha: commit.sha,
    node_id: `C_kwDO${commit.sha.slice(0, 20)}`,
    url,
    html_url,
    comments_url: `${url}/comments`,
    commit: {
      url: `${repositoryUrl(store, repository)}/git/commits/${commit.sha}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${repositoryUrl(store, repository)}/git/trees/${commit.tree}` },
      comment_count: 0,
      verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
    },
    author: account(commit.author.email),
    committer: account(commit.committer.email),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${repositoryUrl(store, repository)}/commits/${sha}`,
      html_url: `${htmlUrl(store, repository)}/commit/${sha}`,
    })),
  } satisfies Schemas["commit"];
}
