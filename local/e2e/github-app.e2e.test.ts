import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { markers } from "@froussard/contract";
import { afterEach, expect, test } from "vitest";
import { automation, maintainer, repository } from "../demo/world.ts";
import { type PipelineKit, startKit } from "../testing/pipeline-kit.ts";

let kit: PipelineKit;
let folder: string;
afterEach(async () => {
  await kit.close();
  rmSync(folder, { recursive: true });
});

test("issue → plan → 👍 → draft pull request as a GitHub App, whose tokens run out again and again", async () => {
  kit = await startKit();
  folder = mkdtempSync(join(tmpdir(), "froussard-app-"));
  const { github } = kit.world;
  const { app, privateKey } = github.addApp(maintainer, { slug: automation });
  const { id } = github.install(app, maintainer, { repositories: [github.repository(repository)], tokenSeconds: 6 });
  const file = join(folder, "app.pem");
  writeFileSync(file, privateKey, { mode: 0o600 });
  await kit.start({
    GITHUB_TOKEN: "",
    GITHUB_APP_ID: String(app.id),
    GITHUB_APP_INSTALLATION_ID: String(id),
    GITHUB_APP_PRIVATE_KEY_FILE: file,
  });
  const issue = kit.openIssue();
  const bot = `${automation}[bot]`;
  const written = (marker: string) =>
    github.waitFor(
      `a comment ${marker}`,
      () => issue.comments.find(({ author, body }) => author.login === bot && body?.startsWith(marker)),
      120_000,
    );
  await kit.approve(await written(markers.plan));
  const result = await written(markers.result);
  const [pull] = github.pulls(issue.repository);
  expect(pull).toMatchObject({ author: { login: bot, type: "Bot" }, pull: { draft: true, baseBranch: "main" } });
  expect(result.body).toContain(`/pull/${pull?.number}`);
  const minted = github.requests.filter(({ path, status }) => path.endsWith("/access_tokens") && status === 201);
  expect(minted.length).toBeGreaterThan(6);
  expect(await kit.pipeline.stop("SIGINT")).toBe(0);
  expect(kit.pipeline.output()).not.toMatch(/ghs_|PRIVATE KEY/);
});
