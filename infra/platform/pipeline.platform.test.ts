import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  deadLetterSchema,
  limits,
  parameters,
  type Task,
  taskFields,
  taskSchema,
  topicSettings,
} from "@froussard/contract";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { goModuleFolder } from "../schemas/go-module.ts";
import { sources } from "../schemas/versions.ts";
import { goldenMessages } from "../testing/golden-messages.ts";
import { checkWorkflows, type Run, type Template, type WorkflowReport } from "./check-workflows.ts";
import { peoplesTexts } from "./launch-faults.ts";
import { jetStreamVersions, type Launch, type LaunchReport, launchTasks, type Message } from "./launch-tasks.ts";
import { manifestFiles, onlyManifest } from "./manifest-file.ts";
import { describeWithTools } from "./testing/describe-with-tools.ts";

const files = manifestFiles(join(import.meta.dirname, "../../dist/argocd"));
const { spec: template } = onlyManifest(files, "WorkflowTemplate") as unknown as {
  spec: { arguments: { parameters: { name: string; value?: string }[] }; templates: Template[] };
};

/** What a task's field is on the other side of Argo: text, and `""` where it is absent. */
const asText = (task: Task, field: string) => String(task[field as keyof Task] ?? "");
const argumentFields = Object.keys(taskFields).filter((field) => taskFields[field]?.meta()?.argo === "argument");

const [golden] = goldenMessages;
const implementation = goldenMessages.find(({ name }) => name === "implementation from a webhook");
if (!golden || !implementation) throw new Error("the golden messages lack those that these tests are about");

describeWithTools("a task message, by Argo Events' and Argo Workflows' own code", ({ sensorCheck, workflowCheck }) => {
  const launch = (message: Message): Launch => {
    const [only] = launchTasks(sensorCheck, files, [message]).launches;
    if (!only) throw new Error("the Sensor has no trigger");
    return only;
  };
  const changed = (task: object): Launch => launch({ name: "changed", json: JSON.stringify(task) });

  let launched: LaunchReport;
  let started: WorkflowReport;
  const launchOf = (message: Message) => launched.launches.find(({ record }) => record === message.name) as Launch;
  const runOf = (message: Message) => started.runs[launched.launches.indexOf(launchOf(message))] as Run;
  beforeAll(() => {
    launched = launchTasks(sensorCheck, files, goldenMessages);
    started = checkWorkflows(
      workflowCheck,
      files,
      launched.launches.map(({ object }) => object),
    );
  });

  test("EventBus, EventSource, Sensor and WorkflowTemplate are accepted as they are", () => {
    expect(launched.problems).toEqual([]);
    expect(started.problems).toEqual([]);
  });

  test("the EventBus versions are those that Argo Events knows as installed", () => {
    const file = "manifests/base/controller-manager/controller-config.yaml";
    const installed = parse(readFileSync(join(goModuleFolder(sources.argoEvents), file), "utf8"));
    const { eventBus } = parse(installed.data["controller-config.yaml"]);
    const versions = eventBus.jetstream.versions.map(({ version }: { version: string }) => version);
    expect(versions).toEqual(["latest", ...jetStreamVersions]);
  });

  test.each(goldenMessages)("$name: makes one Workflow, named by the task", (message) => {
    const { error, object, requests } = launchOf(message);
    expect(error).toBeUndefined();
    expect(object?.metadata).toMatchObject({ name: message.task.taskId, namespace: "argo-workflows" });
    // The second delivery of the same event patches the Workflow that is there.
    expect(requests).toEqual(["get", "create", "get", "patch"]);
  });

  test.each(goldenMessages)("$name: parameters and annotations are the task's, absent ones are empty", (message) => {
    const { object } = launchOf(message);
    const given = Object.fromEntries(object?.spec.arguments.parameters.map(({ name, value }) => [name, value]) ?? []);
    expect(given).toEqual(
      Object.fromEntries(
        parameters.filter((name) => argumentFields.includes(name)).map((name) => [name, asText(message.task, name)]),
      ),
    );
    expect(object?.metadata.annotations).toEqual({
      "codex-task/sender": asText(message.task, "sender"),
      "codex-task/issued-at": asText(message.task, "issuedAt"),
      "codex-task/delivery-id": asText(message.task, "deliveryId"),
    });
  });

  test.each(goldenMessages)("$name: Argo Workflows starts it, and evaluates nothing in it", (message) => {
    const { problems, spec, templates } = runOf(message);
    expect(problems).toEqual([]);
    const { repository, issueNumber } = message.task;
    expect(spec?.synchronization?.mutexes).toEqual([{ name: `codex-${repository}-${issueNumber}` }]);
    const variables = template.templates.flatMap(({ name, container }) =>
      (container?.env ?? []).flatMap((variable) => {
        const parameter = /^\{\{workflow\.parameters\.(\w+)\}\}$/.exec(variable.value ?? "")?.[1];
        return parameter ? [{ name, variable: variable.name, parameter }] : [];
      }),
    );
    expect(variables.length).toBeGreaterThan(20);
    for (const { name, variable, parameter } of variables) {
      const filled = templates?.[name]?.container?.env?.find((one) => one.name === variable);
      const expected = argumentFields.includes(parameter) ? asText(message.task, parameter) : "";
      expect(filled?.value ?? "", `${name}: ${variable}`).toBe(expected);
    }
    for (const { container } of Object.values(templates ?? {}))
      expect(JSON.stringify(container ?? {})).not.toContain("{{");
  });

  test.each(goldenMessages)("$name: nothing that people wrote is in the Workflow", (message) => {
    const whole = JSON.stringify([launchOf(message).object, launchOf(message).deadLetter, runOf(message)]);
    for (const field of peoplesTexts) {
      const text = asText(message.task, field);
      if (text !== "") expect(whole).not.toContain(JSON.stringify(text).slice(1, -1));
    }
  });

  test("no text of people is passed on, whichever field it is in", () => {
    const marked = Object.fromEntries(peoplesTexts.map((field) => [field, `written-in-${field}`]));
    const { object, deadLetter } = changed({ ...implementation.task, ...marked });
    expect(peoplesTexts).toEqual(["prompt", "issueTitle", "issueBody", "planCommentBody"]);
    expect(JSON.stringify([object, deadLetter])).not.toContain("written-in-");
  });

  test("the Workflow names only parameters of the template, and every one that the template requires", () => {
    const given = launchOf(golden).object?.spec.arguments.parameters.map(({ name }) => name) ?? [];
    const known = template.arguments.parameters;
    expect(given.filter((name) => !known.some((parameter) => parameter.name === name))).toEqual([]);
    expect(known.filter(({ name, value }) => value === undefined && !given.includes(name))).toEqual([]);
  });

  const required = Object.keys(taskFields).filter(
    (field) =>
      taskFields[field]?.meta()?.argo &&
      taskSchema.options.every(({ shape }) => field in shape) &&
      field !== "deliveryId",
  );
  test.each(required)("without %s nothing is created, and the task goes to the dead letters", (field) => {
    const { [field as keyof Task]: _, ...rest } = golden.task;
    const { error, object, requests, deadLetter } = changed(rest);
    expect(error).toContain("unable to resolve 'task' parameter value");
    expect([object, requests]).toEqual([undefined, undefined]);
    const { taskId = "", stage = "", repository = "", issueNumber = "", deliveryId = "" } = rest as Partial<Task>;
    expect(deadLetterSchema.parse(deadLetter)).toEqual({
      taskId,
      stage,
      repository,
      issueNumber: String(issueNumber),
      deliveryId,
    });
  });

  test.each(["null", "[]", '"text"', "{}", "0"])(
    "the message %s goes to the dead letters, which name nothing",
    (json) => {
      const { error, deadLetter } = launch({ name: json, json });
      expect(error).toContain("unable to resolve");
      expect(Object.values(deadLetterSchema.parse(deadLetter))).toEqual(["", "", "", "", ""]);
    },
  );

  test("the largest message fits on the bus: it becomes at most eight times as large", () => {
    const { spec } = onlyManifest(files, "EventBus") as unknown as { spec: { jetstream: { maxPayload: string } } };
    expect(spec.jetstream.maxPayload).toBe("2MB");
    const largest = goldenMessages.find(({ name }) => name === "the largest message");
    if (!largest) throw new Error("there is no largest message");
    const bytes = Buffer.byteLength(largest.json);
    expect(bytes).toBe(limits.taskBytes);
    expect(launchOf(largest).busBytes).toBeGreaterThan(7 * bytes);
    expect(launchOf(largest).busBytes).toBeLessThan(8 * bytes + 4096);
    expect(launchOf(largest).busBytes).toBeLessThan(2_000_000);
  });

  test("nothing that its topic takes is too large for the bus, whoever wrote it", () => {
    const rest = topicSettings.maxTaskMessageBytes - Buffer.byteLength(golden.json);
    for (const character of ["<", "\\u0000", "\u2028"]) {
      const issueBody = character.repeat(rest / Buffer.byteLength(character));
      const json = golden.json.replace(/"issueBody":"[^"]*"/, () => `"issueBody":"${issueBody}"`);
      expect(launch({ name: "worst", json }).busBytes).toBeLessThan(2_000_000);
    }
  });

  test.each([
    ["an expression", { head: "{{=sprig.repeat(2, 'x')}}" }],
    ["a variable", { base: "{{workflow.namespace}}" }],
    ["the name of somebody's Workflow", { taskId: "nightly-backup" }],
    ["a list for a text", { repository: ["a/b"] }],
    ["a sentence", { sender: "a b" }],
  ])("a message with %s makes and changes no Workflow, whoever wrote it", (_, change) => {
    expect(taskSchema.safeParse({ ...golden.task, ...change }).success).toBe(false);
    const { error, requests } = changed({ ...golden.task, ...change });
    expect(error).toContain("unable to resolve 'task' parameter value");
    expect(requests).toBeUndefined();
  });

  test.each(['"{{=1}}"', "1e400", "-1", "1.5", '["7"]', "true"])(
    "an issue number %s becomes digits, or nothing",
    (number) => {
      const json = JSON.stringify(golden.task).replace(/"issueNumber":[0-9]+/, `"issueNumber":${number}`);
      const { object } = launch({ name: "number", json });
      const given = object?.spec.arguments.parameters.find(({ name }) => name === "issueNumber")?.value ?? "";
      expect(given).toMatch(/^-?[0-9]*$/);
    },
  );

  test("of two values for one field, none gets past the check of the other", () => {
    const json = JSON.stringify(golden.task);
    for (const twice of [json.replace("{", '{"head":"{{=1}}",'), json.replace(/}$/, ',"head":"{{=1}}"}')])
      expect(JSON.stringify(launch({ name: "twice", json: twice }).object ?? {})).not.toContain("{{");
  });

  test("these checks see it when Argo evaluates a value", () => {
    const spoilt = (index: number, value: string) => {
      const object = structuredClone(launchOf(golden).object);
      const parameter = object?.spec.arguments.parameters[index];
      if (parameter) parameter.value = value;
      return object;
    };
    const names = launchOf(golden).object?.spec.arguments.parameters.map(({ name }) => name) ?? [];
    const evaluated = spoilt(names.indexOf("head"), "{{workflow.namespace}}");
    const refused = spoilt(names.indexOf("base"), "{{steps.x.outputs.result}}");
    const [first, second] = checkWorkflows(workflowCheck, files, [evaluated, refused]).runs;
    const head = first?.templates?.["report"]?.container?.env?.find(({ name }) => name === "TASK_HEAD");
    expect(head?.value).toBe("argo-workflows");
    expect(second?.problems.join()).toContain("failed to resolve {{steps.x.outputs.result}}");
  });
});
