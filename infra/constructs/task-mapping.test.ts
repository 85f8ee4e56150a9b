import { deadLetterSchema, parameters, taskFields, taskSchema } from "@froussard/contract";
import { describe, expect, test } from "vitest";
import { at, listAt, textAt } from "../references/tree.ts";
import { goldenMessages } from "../testing/golden-messages.ts";
import { applyParameters } from "../testing/sensor-model.ts";
import {
  annotationName,
  deadLetterMapping,
  mappedAnnotations,
  mappedArguments,
  taskMapping,
  workflowOf,
} from "./task-mapping.ts";

const launch = (body: unknown) => applyParameters(workflowOf("runs"), taskMapping("task"), { task: { body } });

describe.each(goldenMessages)("$name", ({ task, json }) => {
  const body = JSON.parse(json) as Record<string, unknown>;
  const workflow = launch(body);

  test("becomes the Workflow of its name, with the fields that may cross, as text", () => {
    expect(at(workflow, "metadata.name")).toBe(task.taskId);
    const given = Object.fromEntries(
      listAt(workflow, "spec.arguments.parameters").map((each) => [textAt(each, "name"), textAt(each, "value")]),
    );
    expect(given).toEqual(
      Object.fromEntries(mappedArguments.map((name) => [name, body[name] === undefined ? "" : String(body[name])])),
    );
  });

  test("brings nothing that Argo would evaluate, and no text that people wrote", () => {
    const text = JSON.stringify(workflow);
    expect(text).not.toMatch(/\{\{|[\u0000-\u001f]/);
    for (const field of ["prompt", "issueTitle", "issueBody", "planCommentBody"])
      if (body[field]) expect(text).not.toContain(JSON.stringify(body[field]).slice(1, -1));
  });

  test("tells in annotations who asked for it and when", () => {
    const annotations = at(workflow, "metadata.annotations") as Record<string, string>;
    expect(annotations).toEqual({
      "codex-task/sender": task.sender,
      "codex-task/issued-at": task.issuedAt,
      "codex-task/delivery-id": task.deliveryId ?? "",
    });
  });

  test("is told as a dead letter in the form that the service takes", () => {
    const letter = applyParameters({}, deadLetterMapping("task"), { task: { body } });
    expect(deadLetterSchema.parse(letter)).toMatchObject({
      taskId: task.taskId,
      issueNumber: String(task.issueNumber),
    });
  });
});

test("a second message of the same task changes nothing but annotations", () => {
  const [webhook, loop] = goldenMessages.map(({ json }) => JSON.parse(json) as object);
  const specOf = (body: unknown) => at(launch(body), "spec");
  expect(specOf(webhook)).toEqual(specOf(loop));
});

test.each(Object.keys(taskFields).filter((name) => taskFields[name]?.meta()?.argo !== undefined))(
  "a message without %s fails only where the contract demands it",
  (field) => {
    const { [field]: _, ...rest } = JSON.parse(goldenMessages[3]?.json ?? "") as Record<string, unknown>;
    const isOptional = field !== "stage" && taskSchema.safeParse({ ...rest, stage: "planning" }).success;
    if (isOptional) expect(() => launch(rest)).not.toThrow();
    else expect(() => launch(rest)).toThrow(`body.${field} `);
    expect(() => applyParameters({}, deadLetterMapping("task"), { task: { body: rest } })).not.toThrow();
  },
);

test("a message that is not even an object still becomes a dead letter", () => {
  for (const body of [null, [], "text", 7])
    expect(applyParameters({}, deadLetterMapping("task"), { task: { body } })).toMatchObject({ taskId: "" });
});

describe("a message of another origin", () => {
  const [{ task } = { task: undefined }] = goldenMessages;
  const crossing = Object.entries(taskFields).filter(([, schema]) => schema.meta()?.argo !== undefined);
  const values = ["{{=sprig.repeat(2, 'x')}}", "a b", "a\nb", "x".repeat(501), "../x", null, ["a"], {}];
  test.each(crossing.map(([name]) => name))("brings in %s nothing that Argo would evaluate", (field) => {
    for (const value of values) {
      let text = "";
      try {
        text = JSON.stringify(launch({ ...task, [field]: value }));
      } catch (error) {
        expect(String(error)).toContain("unable to resolve");
      }
      expect(text).not.toMatch(/\{\{|a b|a\\n|x{501}|null|\[\\"|\{\}"/);
    }
  });

  test.each(["nightly-backup", "../x", "", "codex-planning-12-0123", "x-codex-planning-12-0123456789abcdef"])(
    "with the name %j touches no Workflow",
    (taskId) => {
      expect(() => launch({ ...task, taskId })).toThrow("unable to resolve");
    },
  );
});

describe("a new field of the contract", () => {
  test("that may cross is mapped; one that may not is not", () => {
    for (const [name, schema] of Object.entries(taskFields)) {
      const { argo } = schema.meta() ?? {};
      expect({ name, argument: mappedArguments.includes(name as never) }).toEqual({
        name,
        argument: argo === "argument",
      });
      expect({ name, annotation: mappedAnnotations.includes(name) }).toEqual({
        name,
        annotation: argo === "annotation",
      });
    }
  });

  test("that is an argument is a parameter of the WorkflowTemplate: add it to contract/parameters.ts", () => {
    const missing = Object.entries(taskFields)
      .filter(([name, schema]) => schema.meta()?.argo === "argument" && !parameters.includes(name as never))
      .map(([name]) => name);
    expect(missing).toEqual([]);
  });

  test("that is a parameter is a field of the task, or one of those given by hand", () => {
    expect(parameters.filter((name) => !(name in taskFields))).toEqual(["dryRun"]);
  });
});

test("annotations have names that Kubernetes takes and that are no path in Argo Events", () => {
  for (const field of mappedAnnotations) expect(annotationName(field)).toMatch(/^[a-z-]+\/[a-z-]{1,63}$/);
});
