import { sha256, subjectId, taskId } from "@froussard/contract";
import { createGitHub, type GitHub } from "@froussard/github/client";
import { readSnapshot } from "@froussard/github/read-snapshot";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { emptyLedger, type Ledger } from "../../mediator/ledger.ts";
import type { RunContext } from "../../mediator/ports.ts";
import type { PlanAnswer } from "../../plan.ts";

/** A simulated GitHub with one repository, one issue, a maintainer and our account: for tests of publishing. */
export async function startScene(clock = () => new Date()) {
  const simulator: GitHubSimulator = await startGitHub({ clock });
  for (const login of ["maintainer", "codex-bot", "stranger"]) simulator.addUser({ login });
  const repository = await simulator.addRepository({
    owner: "maintainer",
    name: "project",
    files: { "README.md": "# Project\n" },
    collaborators: { "codex-bot": "write" },
  });
  const token = simulator.token("codex-bot");
  const github = createGitHub({ token, baseUrl: simulator.apiUrl, paceWrites: false, retries: 0 });
  const openIssue = (title = "Add a flag", body = "Please.") =>
    simulator.as("maintainer").openIssue(repository, { title, body });
  return { simulator, repository, token, github, openIssue };
}
export type Scene = Awaited<ReturnType<typeof startScene>>;

export const ledger: Ledger = {
  ...emptyLedger("gpt-6.1-sol", { effort: "high", sandbox: "require" }),
  codexVersion: "0.169.0",
  promptSha256: sha256("prompt"),
  inputTokens: 12_000,
  cachedInputTokens: 8_000,
  outputTokens: 345,
  reasoningTokens: 200,
  reservedTokens: 900_000,
  requests: 7,
  seconds: 90,
};

export const plan: PlanAnswer = {
  summary: "Adds the flag.",
  steps: [{ title: "Parse it", detail: "In `src/cli.js`." }],
  files: [
    { path: "src/cli.js", action: "change", reason: "the flag" },
    { path: "test/cli.test.js", action: "create", reason: "" },
  ],
  commands: ["npm test"],
  risks: ["None worth naming"],
  tests: ["a test of the flag"],
  openQuestions: [],
};

/** A planning run of an issue as it stands. */
export async function planningRun(
  github: GitHub,
  issueNumber: number,
  about: RunContext["about"] = "issue",
): Promise<RunContext> {
  const snapshot = await readSnapshot({ graphql: github.query }, "maintainer/project", issueNumber);
  if (!snapshot) throw new Error("no such issue");
  const { repository, issue } = snapshot;
  const stage = about.startsWith("plan:") ? "implementation" : "planning";
  const subject = subjectId({ repositoryId: repository.id, issueId: issue.id, stage, about });
  return {
    taskId: taskId(stage, issueNumber, subject, 0),
    subjectId: subject,
    stage,
    about,
    snapshot,
    base: { branch: "main", commit: repository.defaultBranch?.commit ?? "" },
    inputs: [],
    access: new Map(),
    webSearch: "live",
  };
}
