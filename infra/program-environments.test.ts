import { describe, expect, test } from "vitest";
import type * as z from "zod";
import { agentEnvironment } from "../runner/agent/command.ts";
import { mostOfChange } from "../runner/git/change-rules.ts";
import { reportEnvironment } from "../runner/report/command.ts";
import { mediatorEnvironment, readSettings } from "../runner/settings.ts";
import { readServeConfig, readWatchConfig } from "../service/config.ts";
import { taskMapping, workflowOf } from "./constructs/task-mapping.ts";
import { at, listAt, textAt } from "./references/tree.ts";
import { deployment, everythingOn, object, settingsWith } from "./testing/deployment.ts";
import { goldenMessages } from "./testing/golden-messages.ts";
import { applyParameters } from "./testing/sensor-model.ts";
import { assertManifests } from "./validate-manifest.ts";

/** What the programs' images bring. */
const ofTheImage = { PATH: "/usr/local/bin:/usr/bin:/bin" };

/** Something in place of a Secret's value: the ids of an App are numbers. */
const secretFor = (name: string) => (/_APP_/.test(name) ? "1234567" : "a-secret-of-32-characters-and-more");

/** The environment of a container as its program finds it, with something in place of each Secret. */
function environmentOf(container: unknown): Record<string, string> {
  return Object.fromEntries(
    listAt(container, "env").map((variable) => [
      textAt(variable, "name") ?? "",
      at(variable, "valueFrom") ? secretFor(textAt(variable, "name") ?? "") : (textAt(variable, "value") ?? ""),
    ]),
  );
}

describe.each([
  ["as it is documented", settingsWith()],
  ["with everything on", settingsWith(everythingOn)],
  ["as a GitHub App", settingsWith({ github: { credential: "app" } })],
])("the service's programs read what they are given, %s", (_, settings) => {
  const manifests = deployment(settings);
  test.each([
    ["froussard-serve", readServeConfig],
    ["froussard-watch", readWatchConfig],
  ])("%s", (name, read) => {
    const [container] = listAt(object(manifests, "Deployment", name), "spec.template.spec.containers");
    const environment = environmentOf(container);
    const config = read(environment) as Record<string, unknown>;
    expect(Object.keys(environment).filter((variable) => !(variable in config))).toEqual([]);
    expect(config).toMatchObject({
      KAFKA_TOPIC: "github.webhook.events",
      KAFKA_CODEX_TOPIC: "github.codex.tasks",
      KAFKA_BROKERS: [`kafka-kafka-bootstrap.kafka.svc:${settings.kafka.tls ? 9093 : 9092}`],
      CODEX_TRIGGER_LOGINS: ["gregkonush"],
      CODEX_DEADLINE_MINUTES: settings.codex.deadlineMinutes,
    });
  });
});

/** The environment of one of a run's containers, with the Workflow's arguments put in as Argo does. */
function runEnvironment(manifests: ReturnType<typeof deployment>, template: string, args: Record<string, string>) {
  const workflow = object(manifests, "WorkflowTemplate");
  const found = listAt(workflow, "spec.templates").find((each) => textAt(each, "name") === template);
  const defaults = listAt(workflow, "spec.arguments.parameters").map((each) => [
    textAt(each, "name"),
    textAt(each, "value") ?? "",
  ]);
  const values: Record<string, string> = {
    ...{ "workflow.uid": "0b5ee9b4-8f1b-4c3e-9d1a-1d3b0c9d9e11", "workflow.status": "Succeeded" },
    "inputs.parameters.mediatorAddress": "10.1.2.3",
    ...Object.fromEntries(
      [...defaults, ...Object.entries(args)].map(([name, value]) => [`workflow.parameters.${name}`, value]),
    ),
  };
  return Object.fromEntries(
    Object.entries(environmentOf(at(found, "container"))).map(([name, value]) => [
      name,
      value.replaceAll(/\{\{([\w.]+)\}\}/g, (_, key: string) => values[key] ?? `{{${key}}}`),
    ]),
  );
}

const programs: [string, z.ZodObject][] = [
  ["mediator", mediatorEnvironment],
  ["report", reportEnvironment],
  ["agent", agentEnvironment],
];

describe.each(goldenMessages)("a run of $name reads what it is given", ({ task, json }) => {
  const manifests = deployment();
  const events = { task: { body: JSON.parse(json) as unknown } };
  const workflow = applyParameters(workflowOf("argo-workflows"), taskMapping("task"), events);
  const args = Object.fromEntries(
    listAt(workflow, "spec.arguments.parameters").map((each) => [
      textAt(each, "name") ?? "",
      textAt(each, "value") ?? "",
    ]),
  );

  test.each(programs)("%s", (name, schema) => {
    const environment = runEnvironment(manifests, name, args);
    expect(Object.values(environment).filter((value) => value.includes("{{"))).toEqual([]);
    expect(Object.keys(environment).filter((variable) => !(variable in schema.shape))).toEqual([]);
    const settings = readSettings(schema, { ...ofTheImage, ...environment });
    if (name !== "agent")
      expect(settings).toMatchObject({
        TASK_STAGE: task.stage,
        TASK_ID: task.taskId,
        TASK_REPOSITORY: task.repository,
        TASK_REPOSITORY_ID: task.repositoryId,
        TASK_ISSUE_NUMBER: task.issueNumber,
        TASK_DRY_RUN: false,
        ...(task.stage === "implementation" && {
          TASK_PLAN_COMMENT_ID: task.planCommentId,
          TASK_PLAN_SHA256: task.planSha256,
        }),
      });
  });
});

test("a run by hand, as it is documented, reads what it is given", () => {
  const documented = {
    ...{ stage: "planning", prompt: "Simple dry run", repository: "gregkonush/lab", base: "main", head: "codex/test" },
    ...{ issueNumber: "999", issueUrl: "https://github.com/gregkonush/lab/issues/999" },
    ...{ issueTitle: "Codex dry run", issueBody: "Testing orchestration" },
  };
  for (const [name, schema] of programs)
    expect(() =>
      readSettings(schema, { ...ofTheImage, ...runEnvironment(deployment(), name, documented) }),
    ).not.toThrow();
  const mediator = readSettings(mediatorEnvironment, runEnvironment(deployment(), "mediator", documented));
  expect(mediator).toMatchObject({
    TASK_ISSUE_TITLE: "Codex dry run",
    TASK_ISSUE_BODY: "Testing orchestration",
    TASK_PROMPT: "Simple dry run",
    CODEX_SANDBOX: "pod",
    MEDIATOR_LISTEN: { host: "0.0.0.0", port: 8080 },
  });
  expect(mediator.TASK_ID).toBeUndefined();
});

test("a run with everything on reads what it is given", () => {
  const manifests = deployment(settingsWith(everythingOn));
  const args = { stage: "planning", repository: "gregkonush/lab", issueNumber: "12" };
  for (const [name, schema] of programs)
    expect(() => readSettings(schema, { ...ofTheImage, ...runEnvironment(manifests, name, args) })).not.toThrow();
  expect(readSettings(mediatorEnvironment, runEnvironment(manifests, "mediator", args))).toMatchObject({
    GITHUB_API_BASE_URL: "https://github.example.com:8443/api/v3",
    OPENAI_BASE_URL: "https://models.example.com/v1",
    CODEX_BASE_BRANCH: "trunk",
    CODEX_WEB_SEARCH: "cached",
    CODEX_REPOSITORIES: ["gregkonush/lab"],
    CODEX_RUNS_PER_ISSUE: 10,
    CODEX_RUNS_PER_DAY: 100,
    CODEX_PROTECTED_PATHS: { patterns: expect.arrayContaining([".github/workflows/**", "deploy/**"]), except: [] },
    CODEX_MAX_FILES: 50,
    CODEX_MAX_BYTES: 1_000_000,
    CODEX_COMMIT_CHECKS: "hold",
    CODEX_PRICES: { input: 1.25, cached: 0.125, cacheWrite: 1.25, output: 10, currency: "USD" },
    CODEX_EGRESS_HOSTS: [{ name: "packages.example.org" }, { name: "example.com", port: 8443 }],
  });
});

test("what is left out means the same here as in the programs", () => {
  // A cluster has its own: what is served, who decides, that the pod is the sandbox, and folders.
  const own = ["CODEX_REPOSITORIES", "CODEX_TRIGGER_LOGINS", "CODEX_SANDBOX", "CODEX_HOME"];
  for (const [name, schema] of programs) {
    const args = { stage: "planning", repository: "gregkonush/lab", issueNumber: "12" };
    const given = { ...ofTheImage, ...runEnvironment(deployment(), name, args) };
    const needed = Object.entries(given).filter(
      ([variable]) => !variable.startsWith("CODEX_") || own.includes(variable),
    );
    expect(readSettings(schema, given)).toEqual(readSettings(schema, Object.fromEntries(needed)));
  }
});

test("the loop looks as often here as the program does by itself, and within the same limits", () => {
  const watchOf = (settings = settingsWith()) => {
    const [container] = listAt(
      object(deployment(settings), "Deployment", "froussard-watch"),
      "spec.template.spec.containers",
    );
    return environmentOf(container);
  };
  const given = watchOf();
  const alone = Object.fromEntries(Object.entries(given).filter(([name]) => !/^WATCH_.*_(SECONDS|HOUR)$/.test(name)));
  expect(Object.keys(given).length - Object.keys(alone).length).toBe(4);
  expect(readWatchConfig(alone)).toEqual(readWatchConfig(given));
  const ends = {
    repositorySeconds: ["WATCH_REPOSITORY_SECONDS", 1, 3600],
    freshPlanSeconds: ["WATCH_FRESH_PLAN_SECONDS", 1, 60],
    oldPlanSeconds: ["WATCH_OLD_PLAN_SECONDS", 4, 3600],
    pointsPerHour: ["WATCH_POINTS_PER_HOUR", 100, 15_000],
  } as const;
  for (const [setting, [variable, least, most]] of Object.entries(ends)) {
    for (const value of [least, most])
      expect(readWatchConfig(watchOf(settingsWith({ service: { loop: { [setting]: value } } })))).toMatchObject({
        [variable]: value,
      });
    for (const value of [least - 1, most + 1]) {
      expect(() => settingsWith({ service: { loop: { [setting]: value } } })).toThrow(setting);
      expect(() => readWatchConfig({ ...given, [variable]: String(value) })).toThrow(variable);
    }
  }
});

test("the time that planning by itself begins with is read as it is set", () => {
  const watch = object(deployment(settingsWith(everythingOn)), "Deployment", "froussard-watch");
  const [container] = listAt(watch, "spec.template.spec.containers");
  expect(readWatchConfig(environmentOf(container))).toMatchObject({ CODEX_SINCE: "2026-03-01T00:00:00Z" });
  for (const planSince of ["yesterday", "2026-03-01", "2026-03-01T00:00:00"])
    expect(() => settingsWith({ planSince })).toThrow(/planSince.*2026-03-01T00:00:00Z/);
});

test("the most that a change may be is the same here as in the programs", () => {
  const { files: maxFiles, bytes: maxBytes } = mostOfChange;
  expect(settingsWith({ changes: { maxFiles, maxBytes } }).changes).toMatchObject({ maxFiles, maxBytes });
  expect(() => settingsWith({ changes: { maxFiles: maxFiles + 1 } })).toThrow("maxFiles");
  expect(() => settingsWith({ changes: { maxBytes: maxBytes + 1 } })).toThrow("maxBytes");
});

test("a run of a GitHub App reads what it is given: the key's file, which is mounted, and no token; the agent neither", () => {
  const manifests = deployment(settingsWith({ github: { credential: "app" } }));
  expect(() => assertManifests(manifests)).not.toThrow();
  const args = { stage: "planning", repository: "gregkonush/lab", issueNumber: "12" };
  for (const [name, schema] of programs) {
    const environment = runEnvironment(manifests, name, args);
    const settings = readSettings(schema, { ...ofTheImage, ...environment });
    const template = listAt(object(manifests, "WorkflowTemplate"), "spec.templates").find(
      (each) => textAt(each, "name") === name,
    );
    const mounted = listAt(template, "container.volumeMounts").map((mount) => textAt(mount, "mountPath"));
    expect(Object.keys(environment)).not.toContain("GITHUB_TOKEN");
    if (name === "agent") {
      expect(Object.keys(environment).filter((variable) => variable.startsWith("GITHUB_"))).toEqual([]);
      expect(mounted).not.toContain("/etc/github-app");
      continue;
    }
    expect(settings).toMatchObject({
      GITHUB_APP_ID: 1234567,
      GITHUB_APP_INSTALLATION_ID: 1234567,
      GITHUB_APP_PRIVATE_KEY_FILE: "/etc/github-app/private-key",
    });
    expect(mounted).toContain("/etc/github-app");
  }
});
