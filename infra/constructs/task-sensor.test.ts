import { expect, test } from "vitest";
import { at, listAt, under } from "../references/tree.ts";
import { synthConstruct, yamlOf } from "../testing/synth-construct.ts";
import { TaskSensor, type TaskSensorProps } from "./task-sensor.ts";

const required: TaskSensorProps = {
  ...{ name: "github-codex", namespace: "runs", eventBus: "codex", eventSource: "github-codex", event: "tasks" },
  resources: { cpu: "250m", memory: "256Mi" },
  deadLettersUrl: "http://dead-letters.service.svc:8081/dead-letters",
};
const synth = (props: Partial<TaskSensorProps> = {}) =>
  synthConstruct((chart) => new TaskSensor(chart, "sensor", { ...required, ...props }));
const sensor = (props: Partial<TaskSensorProps> = {}) => synth(props).find(({ kind }) => kind === "Sensor");

test("minimal props", () => {
  expect(synth().map(({ kind }) => kind)).toEqual(["ServiceAccount", "Role", "RoleBinding", "Sensor"]);
  const trigger = listAt(sensor(), "spec.triggers")[0] as { template: { k8s: unknown }; dlqTrigger: unknown };
  const { template, dlqTrigger: _, ...rest } = trigger;
  const { k8s: __, ...head } = template;
  expect(
    yamlOf([{ apiVersion: "", kind: "", spec: { ...rest, template: head } } as never], "spec"),
  ).toMatchInlineSnapshot(`
    "atLeastOnce: true
    retryStrategy:
      duration: 2s
      factor: 2
      jitter: 0.1
      steps: 7
    template:
      conditions: task
      name: workflow
    "
  `);
});

test("makes Workflows in its own namespace, where its account may", () => {
  expect(under(sensor({ namespace: "elsewhere" }), "resource").map((each) => at(each, "metadata.namespace"))).toEqual([
    "elsewhere",
  ]);
  expect(synth({ namespace: "elsewhere" }).map(({ metadata }) => metadata?.namespace)).toEqual(
    Array(4).fill("elsewhere"),
  );
});

test("shows a token with dead letters where one is given", () => {
  expect(under(sensor(), "secureHeaders")).toEqual([]);
  const deadLettersToken = { name: "dead-letters", key: "token" };
  expect(under(sensor({ deadLettersToken }), "secureHeaders")).toEqual([
    [{ name: "Authorization", valueFrom: { secretKeyRef: deadLettersToken } }],
  ]);
});
