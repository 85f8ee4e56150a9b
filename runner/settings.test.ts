import { describe, expect, test } from "vitest";
import { mediatorEnvironment, readSettings, SettingsError } from "./settings.ts";

const required = {
  GITHUB_TOKEN: "t0ken",
  OPENAI_API_KEY: "k3y",
  RUN_BEARER: "b".repeat(32),
  MEDIATOR_LISTEN: "unix:/run/mediator.sock",
  MEDIATOR_STATE: "/state",
  TASK_STAGE: "planning",
  TASK_REPOSITORY: "acme/widgets",
  TASK_ISSUE_NUMBER: "7",
  CODEX_TRIGGER_LOGINS: "alice, bob:12, carol_acme",
};
const faultsOf = (environment: Record<string, string>) => {
  try {
    readSettings(mediatorEnvironment, environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return "";
};

test("the required settings suffice, and the rest has defaults", () => {
  const settings = readSettings(mediatorEnvironment, { ...required, TASK_ID: "", OPENAI_BASE_URL: "http://model/v1/" });
  expect(settings).toMatchObject({
    TASK_ISSUE_NUMBER: 7,
    TASK_DRY_RUN: false,
    CODEX_TRIGGER_LOGINS: ["alice", "bob:12", "carol_acme"],
    CODEX_PLAN_TRIGGER: { kind: "author" },
    CODEX_MODEL: "gpt-6.1-sol",
    CODEX_SANDBOX: "require",
    CODEX_EGRESS_HOSTS: [],
    CODEX_TOKEN_BUDGET: 2_000_000,
    CODEX_REPOSITORIES: ["*/*"],
    CODEX_RUNS_PER_ISSUE: 10,
    CODEX_RUNS_PER_DAY: 100,
    OPENAI_BASE_URL: "http://model/v1",
    MEDIATOR_LISTEN: { path: "/run/mediator.sock" },
  });
  expect(settings.TASK_ID).toBeUndefined();
  expect(settings.CODEX_WEB_SEARCH).toBeUndefined();
});

test("hosts that commands may reach are read, in policy pod only", () => {
  const egress = { ...required, CODEX_EGRESS_HOSTS: "packages.example.org, *.Example.com:8443" };
  expect(readSettings(mediatorEnvironment, { ...egress, CODEX_SANDBOX: "pod" }).CODEX_EGRESS_HOSTS).toEqual([
    { name: "packages.example.org", below: false, port: 443 },
    { name: "example.com", below: true, port: 8443 },
  ]);
  expect(faultsOf({ ...egress, GITHUB_TOKEN: "" })).toMatch(
    /GITHUB_TOKEN is missing[\s\S]*CODEX_EGRESS_HOSTS needs CODEX_SANDBOX=pod: with require, commands have no network/,
  );
  expect(faultsOf({ ...egress, CODEX_SANDBOX: "off" }).split("\n")).toHaveLength(3);
});

test("what a change may be", () => {
  const read = (more: Record<string, string>) => readSettings(mediatorEnvironment, { ...required, ...more });
  const byDefault = read({});
  expect(byDefault).toMatchObject({ CODEX_MAX_FILES: 300, CODEX_MAX_BYTES: 10_485_760, CODEX_COMMIT_CHECKS: "run" });
  expect(byDefault.CODEX_PROTECTED_PATHS.patterns).toContain("**/.npmrc");
  const more = read({ CODEX_PROTECTED_PATHS: "default, deploy/**, !docs/AGENTS.md" }).CODEX_PROTECTED_PATHS;
  expect(more).toEqual({
    patterns: [...byDefault.CODEX_PROTECTED_PATHS.patterns, "deploy/**"],
    except: ["docs/AGENTS.md"],
  });
  expect(read({ CODEX_PROTECTED_PATHS: "a" }).CODEX_PROTECTED_PATHS).toEqual({ patterns: ["a"], except: [] });
});

test("only a dry run may have no issue", () => {
  const { TASK_ISSUE_NUMBER: _, ...rest } = required;
  expect(faultsOf(rest)).toContain("TASK_ISSUE_NUMBER is missing: set it to the issue's number");
  expect(readSettings(mediatorEnvironment, { ...rest, TASK_DRY_RUN: "true" })).toMatchObject({ TASK_ISSUE_NUMBER: 0 });
});

test("an empty environment is told everything that is missing at once, each with what to set", () => {
  const faults = faultsOf({});
  for (const name of Object.keys(required)) expect(faults).toContain(`${name} is missing: set it to`);
});

describe("refusals name the setting and never its value", () => {
  test.each([
    ["RUN_BEARER", "sh0rt", "RUN_BEARER has fewer than 32 characters"],
    ["MEDIATOR_LISTEN", "unix:relative", "MEDIATOR_LISTEN is neither"],
    ["MEDIATOR_LISTEN", "host:99999", "MEDIATOR_LISTEN is neither"],
    ["MEDIATOR_PARENT", "init", "MEDIATOR_PARENT is not stdin"],
    ["TASK_STAGE", "review", "TASK_STAGE is not one of planning, implementation"],
    ["TASK_REPOSITORY", "acme", "TASK_REPOSITORY is not of the form owner/name"],
    ["TASK_REPOSITORY", "acme/..", "TASK_REPOSITORY is not of the form owner/name"],
    ["TASK_ISSUE_NUMBER", "0", "TASK_ISSUE_NUMBER is less than 1"],
    ["TASK_ISSUE_NUMBER", "1e3", "TASK_ISSUE_NUMBER is not a whole number"],
    ["TASK_ID", "codex-planning-7", "TASK_ID is not a task id"],
    ["TASK_HEAD", "-delete", "TASK_HEAD is not a branch name"],
    ["TASK_PLAN_SHA256", "abc", "TASK_PLAN_SHA256 is not a SHA-256"],
    ["CODEX_TRIGGER_LOGINS", "alice,", "CODEX_TRIGGER_LOGINS has an entry"],
    ["CODEX_TRIGGER_LOGINS", "al ice", "CODEX_TRIGGER_LOGINS has an entry"],
    ["CODEX_PLAN_TRIGGER", "everybody", "CODEX_PLAN_TRIGGER is none of"],
    ["CODEX_MODEL", "a b", "CODEX_MODEL"],
    ["CODEX_SANDBOX", "off", "CODEX_SANDBOX is not one of require, pod"],
    ["CODEX_EGRESS_HOSTS", "example.com,", "CODEX_EGRESS_HOSTS has an entry that is not a host name or *.example.com"],
    ["CODEX_EGRESS_HOSTS", "127.0.0.1", "CODEX_EGRESS_HOSTS has an entry that is not a host name"],
    ["CODEX_TOKEN_BUDGET", "10", "CODEX_TOKEN_BUDGET is less than 1000"],
    ["CODEX_REPOSITORIES", "octo/hello,octo", "CODEX_REPOSITORIES has an entry that is neither owner/name nor a glob"],
    ["CODEX_RUNS_PER_ISSUE", "0", "CODEX_RUNS_PER_ISSUE is less than 1"],
    ["CODEX_PRICES", "1.25", "CODEX_PRICES is not input=…,output=…"],
    ["CODEX_MAX_ANSWER_TOKENS", "999", "CODEX_MAX_ANSWER_TOKENS is less than 1000"],
    ["CODEX_MAX_FILES", "10001", "CODEX_MAX_FILES is more than 10000"],
    ["CODEX_MAX_BYTES", "10MB", "CODEX_MAX_BYTES is not a whole number"],
    ["CODEX_COMMIT_CHECKS", "skip", "CODEX_COMMIT_CHECKS is not one of run, hold"],
    ["CODEX_PROTECTED_PATHS", "default,/etc", "CODEX_PROTECTED_PATHS has an entry that is not default, a path"],
    ["CODEX_PROTECTED_PATHS", "!default", "CODEX_PROTECTED_PATHS protects nothing"],
    ["OPENAI_BASE_URL", "file:///etc", "OPENAI_BASE_URL is not a web address"],
  ])("%s=%s", (name, value, message) => {
    const faults = faultsOf({ ...required, [name]: value });
    expect(faults).toContain(message);
    expect(faults.split("\n")).toHaveLength(2);
    if (name === "RUN_BEARER") expect(faults).not.toContain(value);
  });
});
