import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPreflightSettings } from "./read-preflight-settings.ts";

const env = { GITHUB_TOKEN: "ghp_x", OPENAI_API_KEY: "sk-x", PATH: "/bin" };
const read = (more: Record<string, string> = {}, repo = ["ada/lab"], options: object = {}) =>
  readPreflightSettings({ repo, ...options }, { ...env, ...more }, "/data");

test("what a start needs is what is looked at", () => {
  expect(read({ CODEX_TRIGGER_LOGIN: "ada", CODEX_MODEL: "m" })).toMatchObject({
    faults: [],
    repositories: ["ada/lab"],
    credential: { token: "ghp_x" },
    apiBaseUrl: "https://api.github.com",
    approvers: ["ada"],
    openaiKey: "sk-x",
    openaiBaseUrl: "https://api.openai.com/v1",
    model: "m",
    branchPrefix: "codex/issue-",
    data: "/data",
  });
});

test("white space round keys is nothing to them, as at a start", () => {
  const settings = read({ GITHUB_TOKEN: " ghp_x\n", OPENAI_API_KEY: "sk-x\n" });
  expect(settings).toMatchObject({ faults: [], credential: { token: "ghp_x" }, openaiKey: "sk-x" });
});

test("faults of all parts are told together, and what is right can be looked at all the same", () => {
  const settings = read(
    {
      OPENAI_API_KEY: "",
      CODEX_MODEL: "no model\n",
      CODEX_DEADLINE_MINUTES: "x",
      OPENAI_BASE_URL: "here",
      CODEX_PLAN_TRIGGER: "x",
    },
    ["ada/lab", "lab"],
    { port: "x" },
  );
  expect(settings.faults.map((fault) => fault.split(/:? /)[0])).toEqual([
    "--repo",
    "--port",
    "OPENAI_API_KEY",
    "CODEX_PLAN_TRIGGER",
    "CODEX_DEADLINE_MINUTES",
    "CODEX_MODEL",
    "OPENAI_BASE_URL",
  ]);
  expect(settings).toMatchObject({ repositories: ["ada/lab"], openaiBaseUrl: undefined, model: undefined });
  expect(settings.credential).toEqual({ token: "ghp_x" });
});

test("an App's key that is missing, or lies where the agent may read", () => {
  const folder = mkdtempSync(join(tmpdir(), "key-"));
  const app = { GITHUB_TOKEN: "", GITHUB_APP_ID: "1", GITHUB_APP_INSTALLATION_ID: "2", CODEX_TRIGGER_LOGINS: "ada" };
  try {
    const GITHUB_APP_PRIVATE_KEY_FILE = join(folder, "app.pem");
    const missing = read({ ...app, GITHUB_APP_PRIVATE_KEY_FILE });
    expect(missing.faults).toEqual([expect.stringContaining("GITHUB_APP_PRIVATE_KEY_FILE")]);
    expect(missing.credential).toBeUndefined();
    const seen = read({ ...app, GITHUB_APP_PRIVATE_KEY_FILE, CODEX_READABLE_PATHS: folder });
    expect(seen.faults).toEqual([expect.stringContaining("lies where the agent may read")]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(["https://u:p@example.org/v1", "https://example.org/v1?key=1"])("%s is not an address alone", (address) => {
  const settings = read({ OPENAI_BASE_URL: address });
  expect(settings.faults).toEqual([expect.stringMatching(/^OPENAI_BASE_URL holds a user, a password or a query/)]);
  expect(settings.openaiBaseUrl).toBeUndefined();
});
