import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pipelineEnvironment } from "../demo/command.ts";
import { automation, maintainer, repository, startWorld, type World } from "../demo/world.ts";
import { checkIds } from "./finding.ts";
import { readPreflightSettings } from "./read-preflight-settings.ts";
import { runPreflight } from "./run-preflight.ts";

let folder: string;
let world: World;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "froussard-preflight-"));
  world = await startWorld({ folder: join(folder, "github") });
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

const look = (env: Record<string, string> = {}, repo = [repository]) => {
  const all = { PATH: process.env["PATH"] ?? "", ...pipelineEnvironment(world), ...env };
  const options = { repo, webhook: true, port: "0" };
  return runPreflight(
    readPreflightSettings(options, { GITHUB_WEBHOOK_SECRET: "0".repeat(32), ...all }, join(folder, "data")),
  );
};

test("where everything is right, each check says so, and nothing was written or paid", async () => {
  const { report, account } = await look();
  expect(report.findings.filter(({ status }) => status !== "ok")).toEqual([]);
  expect(report.findings.map(({ id }) => id)).toEqual([...checkIds]);
  expect(account).toEqual({
    login: automation,
    id: world.github.repository(repository).collaborators.keys().next().value,
  });
  expect(world.github.requests.filter(({ method }) => method !== "GET")).toEqual([]);
  expect(world.model.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /v1/models/gpt-6.1-sol"]);
});

test("what is wrong in several places is told at once, and what hangs on it is not looked at", async () => {
  const { report, account } = await look({ GITHUB_TOKEN: "ghp_wrong", OPENAI_API_KEY: "sk-wrong", CODEX_BIN: "/none" });
  expect(report.ready).toBe(false);
  expect(account).toBeUndefined();
  const ids = (wanted: string) => report.findings.filter(({ status }) => status === wanted).map(({ id }) => id);
  expect(ids("fault")).toEqual(["codex", "model", "sign-in"]);
  expect(ids("skipped")).toEqual(["sandbox", "codex-sandbox", "repository", "approver"]);
  expect(JSON.stringify(report)).not.toMatch(/ghp_wrong|sk-wrong/);
});

test("an App is looked at as one, and so is each of several repositories", async () => {
  const { github } = world;
  const other = await github.addRepository({ owner: maintainer, name: "other", private: true });
  const { app, privateKey } = github.addApp(maintainer, { slug: "helper" });
  const { id } = github.install(app, maintainer, { repositories: [other] });
  const { credential: _, ...rest } = readPreflightSettings(
    { repo: [`${maintainer}/other`, repository] },
    { PATH: process.env["PATH"], ...pipelineEnvironment(world) },
    join(folder, "data"),
  );
  const credential = { app: { appId: app.id, installationId: id, privateKey } };
  const { report, account } = await runPreflight({ ...rest, credential });
  expect(account?.login).toBe("helper[bot]");
  const found = report.findings.filter(({ about }) => about?.startsWith(maintainer) && about.includes("/"));
  expect(found.map(({ id: check, about, status }) => `${status} ${check} ${about}`)).toEqual([
    "ok repository gregkonush/other",
    `fault repository ${repository}`,
    "ok repository-access gregkonush/other",
    `skipped repository-access ${repository}`,
    "ok base-branch gregkonush/other",
    `skipped base-branch ${repository}`,
    "warning branch-protection gregkonush/other",
    `skipped branch-protection ${repository}`,
    "ok branch-rules gregkonush/other",
    `skipped branch-rules ${repository}`,
    "ok approver-access gregkonush on gregkonush/other",
    `ok approver-access gregkonush on ${repository}`,
  ]);
});
