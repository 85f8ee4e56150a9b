import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFailure } from "@froussard/contract";
import { gitUrl } from "@froussard/github/client";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGitRepository } from "./git-repository.ts";

let simulator: GitHubSimulator;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "git-simulated-"));
  simulator = await startGitHub();
  for (const login of ["maintainer", "codex-bot", "reader"]) simulator.addUser({ login });
});
afterAll(async () => {
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

async function scene(name: string, more: { protectedBranches?: string[]; private?: boolean } = {}) {
  const repository = await simulator.addRepository({
    owner: "maintainer",
    name,
    files: { "README.md": "# Project\n" },
    collaborators: { "codex-bot": "write", reader: "read" },
    ...more,
  });
  const base = await simulator.commit(repository, { files: { a: "1" }, branch: "main" });
  const open = (token: string) =>
    createGitRepository({
      url: gitUrl(simulator.apiUrl, `maintainer/${name}`),
      token: async () => token,
      folder: mkdtempSync(join(folder, "run-")),
      retryDelays: [],
    });
  return { base, open };
}
const commit = { message: "x\n", date: "2026-01-01T00:00:00Z" };
const change = { path: "a", mode: "100644" as const, content: Buffer.from("2").toString("base64") };
const failureOf = async (promise: Promise<unknown>): Promise<RunFailure> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RunFailure) return error;
  throw new Error(`expected a RunFailure, not ${error}`);
};

test("from fetch to push in a private repository", async () => {
  const { base, open } = await scene("whole", { private: true });
  const git = await open(simulator.token("codex-bot"));
  await git.fetchCommit(base);
  const made = await git.commitChanges({ base, changes: [change], ...commit });
  await git.push({ commit: made.commit, branch: "codex/issue-1-abcdef01" });
  expect(await git.remoteTip("codex/issue-1-abcdef01")).toBe(made.commit);
});

test("a protected branch is refused in GitHub's words", async () => {
  const { base, open } = await scene("protected", { protectedBranches: ["codex/guarded", "main"] });
  const git = await open(simulator.token("codex-bot"));
  await git.fetchCommit(base);
  const made = await git.commitChanges({ base, changes: [change], ...commit });
  const failure = await failureOf(git.push({ commit: made.commit, branch: "main", expected: base }));
  expect(failure).toMatchObject({ code: "push-refused", detail: expect.stringContaining("GH006") });
});

test.each([
  ["a token without write access may read but not push", "reader", undefined, "forbidden"],
  ["a token that is no longer valid", "codex-bot", "revoked", "bad-credentials"],
])("%s", async (_, login, revoked, code) => {
  const { base, open } = await scene(`rights-${login}`);
  const token = simulator.token(login);
  const git = await open(token);
  await git.fetchCommit(base);
  const made = await git.commitChanges({ base, changes: [change], ...commit });
  if (revoked) simulator.revokeToken(token);
  const failure = await failureOf(git.push({ commit: made.commit, branch: "codex/x" }));
  expect(failure.code).toBe(code);
  expect(failure.message).not.toContain(token);
});

test("a private repository that the token may not see", async () => {
  const { base, open } = await scene("hidden", { private: true });
  simulator.addUser({ login: "outsider" });
  const git = await open(simulator.token("outsider"));
  expect((await failureOf(git.fetchCommit(base))).code).toBe("forbidden");
});
