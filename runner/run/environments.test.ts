import { describe, expect, test } from "vitest";
import { mediatorEnvironment as mediatorSchema, readSettings } from "../settings.ts";
import { agentEnvironment, mediatorEnvironment, passedOnSettings, reportEnvironment } from "./environments.ts";

const basics = { path: "/usr/bin", lang: "C.UTF-8", codeCache: "/state/compiled" };
const secrets = { githubToken: "canary-github", openaiApiKey: "canary-openai" };
const task = {
  stage: "implementation",
  taskId: "codex-implementation-7-0123456789abcdef",
  repository: "octo/hello",
  repositoryId: 5,
  issueNumber: 7,
  base: "main",
  head: "codex/issue-7-01234567",
  planCommentId: 9,
  planSha256: "a".repeat(64),
} as const;
const settings = Object.fromEntries(passedOnSettings.map((name) => [name, `value of ${name}`]));
const mediator = {
  ...{ basics, task, secrets, settings, bearer: "b".repeat(64), listen: "unix:/proc/self/cwd/mediator.sock" },
  ...{ stateFolder: "/state", home: "/state/home" },
};

describe("environments", () => {
  test("the mediator sees both secrets, ids and settings, and nothing else", () => {
    // What the bubble may use is no business of the mediator's.
    const { CODEX_MAX_PROCESSES: _processes, CODEX_MEMORY_MIB: _memory, CODEX_DISK_MIB: _disk, ...others } = settings;
    expect(mediatorEnvironment(mediator)).toEqual({
      PATH: "/usr/bin",
      LANG: "C.UTF-8",
      NODE_COMPILE_CACHE: "/state/compiled",
      MALLOC_ARENA_MAX: "1",
      HOME: "/state/home",
      GITHUB_TOKEN: "canary-github",
      OPENAI_API_KEY: "canary-openai",
      RUN_BEARER: "b".repeat(64),
      MEDIATOR_LISTEN: "unix:/proc/self/cwd/mediator.sock",
      MEDIATOR_STATE: "/state",
      MEDIATOR_PARENT: "stdin",
      TASK_STAGE: "implementation",
      TASK_ID: "codex-implementation-7-0123456789abcdef",
      TASK_REPOSITORY: "octo/hello",
      TASK_REPOSITORY_ID: "5",
      TASK_ISSUE_NUMBER: "7",
      TASK_BASE: "main",
      TASK_HEAD: "codex/issue-7-01234567",
      TASK_PLAN_COMMENT_ID: "9",
      TASK_PLAN_SHA256: "a".repeat(64),
      ...others,
    });
  });

  test("is what the mediator's own schema reads", () => {
    const real = { CODEX_TRIGGER_LOGINS: "octo:1", GITHUB_API_BASE_URL: "http://127.0.0.1:1/api/v3" };
    expect(readSettings(mediatorSchema, mediatorEnvironment({ ...mediator, settings: real }))).toMatchObject({
      TASK_ISSUE_NUMBER: 7,
      TASK_PLAN_COMMENT_ID: 9,
      TASK_DRY_RUN: false,
      MEDIATOR_LISTEN: { path: "/proc/self/cwd/mediator.sock" },
    });
    const texts = {
      prompt: "p",
      issueUrl: "u",
      issueTitle: "t",
      issueBody: "b",
      planCommentBody: "pb",
      planCommentUrl: "pu",
    };
    const dry = { stage: "planning", repository: "octo/hello", issueNumber: 7, dryRun: texts } as const;
    expect(readSettings(mediatorSchema, mediatorEnvironment({ ...mediator, task: dry, settings: real }))).toMatchObject(
      {
        ...{ TASK_DRY_RUN: true, TASK_PROMPT: "p", TASK_ISSUE_URL: "u", TASK_ISSUE_TITLE: "t" },
        ...{ TASK_ISSUE_BODY: "b", TASK_PLAN_COMMENT_BODY: "pb", TASK_PLAN_COMMENT_URL: "pu" },
      },
    );
  });

  test("the agent sees no token, no key, no task and no path of the machine", () => {
    const environment = agentEnvironment({
      lang: "C.UTF-8",
      bearer: "b".repeat(64),
      programFolders: ["/opt/tool/bin"],
    });
    expect(environment).toEqual({
      PATH: "/opt/node/bin:/opt/tool/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
      LANG: "C.UTF-8",
      HOME: "/home/agent",
      TMPDIR: "/tmp",
      CODEX_HOME: "/run/codex",
      MEDIATOR_URL: "unix:/run/mediator.sock",
      RUN_BEARER: "b".repeat(64),
    });
  });

  test("the report sees GitHub's token and ids, but neither the model's key nor a text nor the bearer", () => {
    const dryRun = { issueBody: "canary-text" };
    const { githubToken } = secrets;
    const report = reportEnvironment({
      ...{ basics, settings, githubToken },
      task: { ...task, dryRun },
      stateFolder: "/state",
    });
    expect(report).toMatchObject({ GITHUB_TOKEN: "canary-github", RUN_STATUS: "stdin", MEDIATOR_STATE: "/state" });
    expect(report).toMatchObject({ TASK_ID: task.taskId, CODEX_TRIGGER_LOGINS: "value of CODEX_TRIGGER_LOGINS" });
    expect(Object.keys(report)).not.toEqual(expect.arrayContaining(["RUN_BEARER"]));
    expect(Object.keys(report).filter((name) => /OPENAI|MODEL|BEARER|BODY|TITLE|PROMPT/.test(name))).toEqual([]);
  });

  test("what is absent is left out, not empty", () => {
    const bare = mediatorEnvironment({
      ...mediator,
      settings: {},
      task: { stage: "planning", repository: "o/r", issueNumber: 1 },
    });
    expect(Object.keys(bare).filter((name) => name.startsWith("TASK_"))).toEqual([
      "TASK_STAGE",
      "TASK_REPOSITORY",
      "TASK_ISSUE_NUMBER",
    ]);
  });
});
