import { expect, test } from "vitest";
import { readSettings, SettingsError } from "./settings.ts";

const env = { GITHUB_TOKEN: "ghp_x", OPENAI_API_KEY: "sk-x" };

test("a repository and two secrets are enough", () => {
  expect(readSettings({ repo: ["gregkonush/lab"] }, env, "/data")).toEqual({
    repositories: ["gregkonush/lab"],
    data: "/data",
    concurrency: 1,
    readablePaths: [],
    githubToken: "ghp_x",
    openaiKey: "sk-x",
    passed: {},
  });
});

test("a managed user's repository is one too", () => {
  expect(readSettings({ repo: ["mona_corp/lab"] }, env, "/data").repositories).toEqual(["mona_corp/lab"]);
});

test("options are named with their value", () => {
  expect(() => readSettings({ repo: ["octo"], port: "65536", concurrency: "1.5" }, env, "/data")).toThrow(
    /--repo octo is not owner\/name[\s\S]*--port 65536 is not a whole number from 0 to 65535[\s\S]*--concurrency 1.5 is not/,
  );
});

test("only known settings are handed on, and no secret among them", () => {
  const { passed } = readSettings(
    { repo: ["a/b"] },
    { ...env, CODEX_MODEL: "gpt-5.5", AWS_SECRET_ACCESS_KEY: "x", PATH: "/bin" },
    "/data",
  );
  expect(passed).toEqual({ CODEX_MODEL: "gpt-5.5" });
});

test("a GitHub App takes the place of the token, and needs somebody who approves", () => {
  const app = { GITHUB_APP_ID: "1", GITHUB_APP_INSTALLATION_ID: "2", GITHUB_APP_PRIVATE_KEY_FILE: "/app.pem" };
  const given = { OPENAI_API_KEY: "sk-x", ...app };
  const settings = readSettings({ repo: ["a/b"] }, { ...given, CODEX_TRIGGER_LOGINS: "ada" }, "/data");
  expect(settings.passed).toEqual({ ...app, CODEX_TRIGGER_LOGINS: "ada" });
  expect(settings.githubToken).toBeUndefined();
  expect(() => readSettings({ repo: ["a/b"] }, given, "/data")).toThrow(
    "CODEX_TRIGGER_LOGINS is not set; a GitHub App can approve nothing",
  );
});

test("fails with every fault at once and never repeats a secret", () => {
  const faults = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      if (error instanceof SettingsError) return error.faults.map((fault) => fault.split(" ")[0]);
      throw error;
    }
    return [];
  };
  expect(faults(() => readSettings({ repo: [], port: "x", concurrency: "0", webhook: true }, {}, "/data"))).toEqual([
    "--repo",
    "--port",
    "--concurrency",
    "GITHUB_TOKEN",
    "OPENAI_API_KEY",
    "GITHUB_WEBHOOK_SECRET",
  ]);
  expect(faults(() => readSettings({ repo: ["https://github.com/a/b"] }, env, "/data"))).toEqual(["--repo"]);
  expect(faults(() => readSettings({ repo: ["a/b"] }, { ...env, GITHUB_TOKEN: "  " }, "/data"))).toEqual([
    "GITHUB_TOKEN",
  ]);
});
