import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signIn } from "./sign-in.ts";

let folder: string;
let app: { GITHUB_APP_ID: number; GITHUB_APP_INSTALLATION_ID: number; GITHUB_APP_PRIVATE_KEY_FILE: string };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sign-in-"));
  const file = join(folder, "app.pem");
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  writeFileSync(file, privateKey.export({ type: "pkcs1", format: "pem" }));
  app = { GITHUB_APP_ID: 1, GITHUB_APP_INSTALLATION_ID: 2, GITHUB_APP_PRIVATE_KEY_FILE: file };
});
afterAll(() => rmSync(folder, { recursive: true }));

const claim = { TASK_REPOSITORY: "octocat/hello", TASK_DRY_RUN: false };

test("an account's token is taken as it is", () => {
  expect(signIn({ GITHUB_TOKEN: "ghp_x", ...claim }, "mediator")).toMatchObject({ token: "ghp_x" });
});

test.each<[part: "mediator" | "report", dryRun: boolean, permissions: object]>([
  ["mediator", false, { contents: "write", issues: "write", pull_requests: "write" }],
  ["mediator", true, { contents: "read", issues: "read", pull_requests: "read" }],
  ["report", false, { contents: "read", issues: "write", pull_requests: "read" }],
])("an App's tokens are for one repository, and for what the %s does (dry run: %s)", (part, dryRun, permissions) => {
  expect(signIn({ ...app, ...claim, TASK_DRY_RUN: dryRun }, part)).toMatchObject({
    app: { appId: 1, installationId: 2 },
    scope: { permissions, repository: { name: "hello" } },
  });
  expect(signIn({ ...app, ...claim, TASK_REPOSITORY_ID: 7 }, part)).toMatchObject({ scope: { repository: { id: 7 } } });
});
