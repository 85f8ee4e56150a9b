import { type IssueSnapshot, labels, stateLabels } from "@froussard/contract";
import type { GitHub } from "@froussard/github/client";

const looks: Readonly<Record<string, { color: string; description: string }>> = {
  [labels.planning]: { color: "fbca04", description: "Codex is making a plan" },
  [labels.awaitingApproval]: { color: "0e8a16", description: "Codex made a plan that waits for a 👍" },
  [labels.implementing]: { color: "1d76db", description: "Codex is carrying out the approved plan" },
  [labels.pullRequestOpen]: { color: "5319e7", description: "Codex opened a draft pull request" },
  [labels.failed]: { color: "d93f0b", description: "Codex ended without a result; see its last comment" },
};

/**
 * Makes one label, or none, the only state label of an issue. Labels help people and decide nothing, so a refusal is
 * logged and goes no further.
 */
export async function setStateLabel(input: {
  github: GitHub;
  snapshot: IssueSnapshot;
  label: string | undefined;
  log: { warn(message: string): void };
}): Promise<void> {
  const { github, snapshot, label, log } = input;
  const [owner = "", repo = ""] = snapshot.repository.nameWithOwner.split("/");
  const issue = { owner, repo, issue_number: snapshot.issue.number };
  const { issues } = github.rest;
  try {
    const { data } = await issues.listLabelsOnIssue({ ...issue, per_page: 100 });
    const present = data.map(({ name }) => name);
    if (label !== undefined && !present.includes(label)) {
      await createLabel();
      await issues.addLabels({ ...issue, labels: [label] });
    }
    for (const name of present)
      if (stateLabels.includes(name) && name !== label)
        await ignoring(404, () => issues.removeLabel({ ...issue, name }));
  } catch (error) {
    log.warn(
      `label ${label ?? "(none)"} could not be set: ${error instanceof Error ? error.message : "unknown error"}`,
    );
  }

  async function createLabel() {
    const name = label ?? "";
    const exists = await ignoring(404, () => issues.getLabel({ owner, repo, name }));
    // Two runs may create it at once: 422 says that it is there.
    if (!exists) await ignoring(422, () => issues.createLabel({ owner, repo, name, ...looks[name] }));
  }
}

async function ignoring<T>(status: number, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof Error && "status" in error && error.status === status) return undefined;
    throw error;
  }
}
