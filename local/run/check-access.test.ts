import { createGitHub } from "@froussard/github/client";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkAccess } from "./check-access.ts";

let simulator: GitHubSimulator;
beforeAll(async () => {
  simulator = await startGitHub();
  for (const login of ["gregkonush", "codex-automation"]) simulator.addUser({ login });
  await simulator.addRepository({ owner: "gregkonush", name: "lab" });
  await simulator.addRepository({ owner: "gregkonush", name: "secret", private: true });
});
afterAll(() => simulator.close());

const client = (token = simulator.token("codex-automation"), baseUrl = simulator.apiUrl) =>
  createGitHub({ token, baseUrl, retries: 0, timeoutMs: 2_000 });

test("tells whose token it is", async () => {
  expect(await checkAccess(client(), ["gregkonush/lab"])).toMatchObject({ login: "codex-automation" });
});

test("tells whose App it is, and every repository that it is not installed on", async () => {
  const { app, privateKey } = simulator.addApp("gregkonush", { slug: "helper" });
  const installation = simulator.install(app, "gregkonush", { repositories: [simulator.repository("gregkonush/lab")] });
  const github = createGitHub({
    app: { appId: app.id, installationId: installation.id, privateKey },
    scope: { permissions: { metadata: "read" } },
    ...{ baseUrl: simulator.apiUrl, retries: 0, timeoutMs: 2_000 },
  });
  expect(await checkAccess(github, ["gregkonush/lab"])).toMatchObject({ login: "helper[bot]" });
  await expect(checkAccess(github, ["gregkonush/secret"])).rejects.toThrow(/secret .*the App is not installed on it/);
  installation.suspendedAt = 1;
  await expect(checkAccess(github, ["gregkonush/lab"])).rejects.toThrow(/is suspended: unsuspend it/);
});

test("fails when GitHub refuses the token, without repeating it", async () => {
  const failure = checkAccess(client("ghp_wrong"), ["gregkonush/lab"]);
  await expect(failure).rejects.toThrow("GITHUB_TOKEN is refused by GitHub (401)");
  await expect(failure).rejects.not.toThrow("ghp_wrong");
});

test("fails with every repository that cannot be seen", async () => {
  await expect(checkAccess(client(), ["gregkonush/none", "gregkonush/lab", "gregkonush/secret"])).rejects.toThrow(
    /gregkonush\/none does not exist or codex-automation may not see it[\s\S]*gregkonush\/secret does not exist/,
  );
});

test("fails when GitHub is not there, naming the address", async () => {
  await expect(checkAccess(client("x", "http://127.0.0.1:9/api/v3"), ["a/b"])).rejects.toThrow(
    /GitHub at http:\/\/127\.0\.0\.1:9\/api\/v3 cannot be reached \(.+\)/,
  );
});

test("fails when GitHub answers with errors", async () => {
  const heal = simulator.faults.inject({ path: "/api/*", status: 503, body: { message: "no server is available" } });
  await expect(checkAccess(client(), ["a/b"])).rejects.toThrow(/answered 503/);
  heal();
});
