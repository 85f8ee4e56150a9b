import type { GitHub } from "@froussard/github/client";
import { RequestError } from "@octokit/request-error";
import { readPulls, type TrialIssue } from "./pull-facts.ts";
import type { TellTrial } from "./trial-event.ts";

/**
 * Takes away what a trial made: the issue is closed first, which cancels a run that is still at work, then the pull requests,
 * then the branches. Tells what could not be taken away, and answers whether everything was.
 */
export async function cleanUp(github: GitHub, issue: TrialIssue, tell: TellTrial): Promise<boolean> {
  const [owner = "", repo = ""] = issue.repository.split("/");
  let complete = true;
  const attempt = async (what: string, act: () => Promise<unknown>) => {
    try {
      await act();
      tell({ event: "cleaned", what });
    } catch (error) {
      complete = false;
      tell({ event: "left", what, reason: error instanceof Error ? error.message : String(error) });
    }
  };
  await attempt(`issue #${issue.number} closed`, () =>
    github.rest.issues.update({
      owner,
      repo,
      issue_number: issue.number,
      state: "closed",
      state_reason: "not_planned",
    }),
  );
  let pulls: Awaited<ReturnType<typeof readPulls>> = [];
  let branches: string[] = [];
  try {
    pulls = await readPulls(github, issue);
    branches = await branchesOf(github, issue);
  } catch (error) {
    complete = false;
    tell({ event: "left", what: "pull requests and branches, if there are any", reason: String(error) });
  }
  for (const { number, state } of pulls)
    if (state === "open")
      await attempt(`pull request #${number} closed`, () =>
        github.rest.pulls.update({ owner, repo, pull_number: number, state: "closed" }),
      );
  for (const branch of branches)
    await attempt(`branch ${branch} deleted`, () => deleteBranch(github, { owner, repo, ref: `heads/${branch}` }));
  return complete;
}

/** The issue's branches, whether a pull request came of them or not. */
async function branchesOf(github: GitHub, { repository, branchPrefix, number }: TrialIssue): Promise<string[]> {
  const [owner = "", repo = ""] = repository.split("/");
  const ref = `heads/${branchPrefix}${number}-`;
  const { data } = await github.rest.git.listMatchingRefs({ owner, repo, ref });
  return data.map((each) => each.ref.slice("refs/heads/".length));
}

async function deleteBranch(github: GitHub, place: { owner: string; repo: string; ref: string }): Promise<void> {
  try {
    await github.rest.git.deleteRef(place);
  } catch (error) {
    // Some repositories delete the branch of a closed pull request by themselves.
    const isGone = error instanceof RequestError && error.status === 422 && /does not exist/i.test(error.message);
    if (!isGone) throw error;
  }
}
