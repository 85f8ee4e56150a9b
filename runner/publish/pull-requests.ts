import { RunFailure } from "@froussard/contract";
import type { GitHub } from "@froussard/github/client";
import { RequestError } from "@octokit/request-error";
import type { RunContext } from "../mediator/ports.ts";

export interface PullRequest {
  url: string;
  number: number;
}

type Place = Pick<RunContext, "snapshot">;

/** Our pull request of a branch: an open one before a closed or merged one, then the oldest. */
export async function findPullRequest(github: GitHub, { snapshot }: Place, branch: string) {
  const { repository, viewer } = snapshot;
  const [owner = "", repo = ""] = repository.nameWithOwner.split("/");
  const found: (PullRequest & { open: boolean })[] = [];
  const pages = github.paginate.iterator(github.rest.pulls.list, {
    owner,
    repo,
    head: `${owner}:${branch}`,
    state: "all",
    sort: "created",
    direction: "asc",
    per_page: 100,
  });
  for await (const { data } of pages)
    for (const { html_url: url, number, state, user, head } of data)
      if (head.ref === branch && head.repo?.id === repository.id && user?.id === viewer.id)
        found.push({ url, number, open: state === "open" });
  const pull = found.find(({ open }) => open) ?? found[0];
  return pull && { url: pull.url, number: pull.number };
}

/**
 * Opens a draft pull request; where a repository has no drafts (private ones on some of GitHub's plans) an ordinary one
 * that says so in its title. Not repeated by the client: see `createOnce`.
 * @throws RunFailure `no-changes`, `branch-taken`; what Octokit throws otherwise
 */
export async function openPullRequest(
  github: GitHub,
  { snapshot }: Place,
  input: { branch: string; base: string; title: string; body: string },
): Promise<PullRequest> {
  const { branch, base, title, body } = input;
  const [owner = "", repo = ""] = snapshot.repository.nameWithOwner.split("/");
  const open = async (draft: boolean) => {
    const { data } = await github.rest.pulls.create({
      owner,
      repo,
      head: branch,
      base,
      title: draft ? title : `[draft] ${title}`,
      body,
      draft,
      maintainer_can_modify: false,
      request: { retries: 0 },
    });
    return { url: data.html_url, number: data.number };
  };
  try {
    return await open(true);
  } catch (error) {
    const words = error instanceof RequestError && error.status === 422 ? error.message : "";
    if (/draft pull requests are not supported/i.test(words)) return open(false);
    if (/no commits between/i.test(words))
      throw new RunFailure("no-changes", "the branch does not differ from its base");
    if (/already exists/i.test(words)) {
      const ours = await findPullRequest(github, { snapshot }, branch);
      if (ours) return ours;
      throw new RunFailure("branch-taken", `somebody else opened a pull request of ${branch}`);
    }
    throw error;
  }
}
