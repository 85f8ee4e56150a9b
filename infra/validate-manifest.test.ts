import { describe, expect, test } from "vitest";
import { assertManifests, type Manifest, validateManifest } from "./validate-manifest.ts";

const topic = (spec: object, metadata: object = {}): Manifest => ({
  apiVersion: "kafka.strimzi.io/v1",
  kind: "KafkaTopic",
  metadata: { name: "tasks", ...metadata },
  ...{ spec },
});
const template = (spec: object): Manifest => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "WorkflowTemplate",
  metadata: { name: "task" },
  ...{ spec },
});
const sensor = (trigger: object): Manifest => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Sensor",
  metadata: { name: "codex" },
  ...{ spec: { dependencies: [], triggers: [trigger] } },
});
const workflowTrigger = (resource: object) => ({
  template: { name: "run", k8s: { operation: "patch", source: { resource } } },
});

describe("validateManifest", () => {
  test("finds nothing in a sound object", () => {
    expect(validateManifest(topic({ partitions: 3, replicas: 3, config: { "retention.ms": 1 } }))).toEqual([]);
  });

  test("names the object, the path of a misspelt field, and the field that was meant", () => {
    expect(validateManifest(topic({ replicaz: 3 }))).toEqual([
      "KafkaTopic/tasks: spec.replicaz is not a field of this kind; did you mean replicas?",
    ]);
  });

  test("lists the allowed fields where none is close", () => {
    expect(validateManifest(topic({ size: 3 }))).toEqual([
      "KafkaTopic/tasks: spec.size is not a field of this kind; allowed here: topicName, partitions, replicas, config",
    ]);
  });

  test("refuses an unknown field of the metadata, and one at the top", () => {
    const odd = { ...topic({}, { "app.kubernetes.io/name": "x" }), extra: 1 };
    expect(validateManifest(odd)).toEqual([
      expect.stringContaining('KafkaTopic/tasks: metadata["app.kubernetes.io/name"] is not a field'),
      expect.stringContaining("KafkaTopic/tasks: extra is not a field"),
    ]);
  });

  test.each([
    ["a wrong type", topic({ partitions: "3" }), 'spec.partitions is "3", but must be of type integer'],
    ["a number out of bounds", topic({ replicas: 0 }), "spec.replicas is 0, which breaks minimum 1"],
    [
      "a missing field",
      template({ templates: [{ name: "a", steps: [[{ template: "b", arguments: { parameters: [{}] } }]] }] }),
      "spec.templates[0].steps[0][0].arguments.parameters[0].name is missing",
    ],
    [
      "a quantity that is none",
      template({ templates: [{ name: "a", container: { image: "i", resources: { limits: { memory: "512Mb" } } } }] }),
      'spec.templates[0].container.resources.limits.memory is "512Mb", which breaks pattern',
    ],
  ])("tells %s with its value", (_, manifest, fault) => {
    const faults = validateManifest(manifest);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });

  test("tells every fault of an object", () => {
    expect(validateManifest(topic({ replicaz: 3, partitions: "3" }))).toHaveLength(2);
  });

  test("takes a number or a text where Kubernetes takes both", () => {
    const limits = (cpu: unknown, limit: unknown) =>
      template({
        templates: [{ name: "a", retryStrategy: { limit }, container: { image: "i", resources: { limits: { cpu } } } }],
      });
    expect(validateManifest(limits(0.5, 3))).toEqual([]);
    expect(validateManifest(limits("500m", "3"))).toEqual([]);
    expect(validateManifest(limits(true, "3"))).toHaveLength(1);
  });

  test("leaves free what upstream leaves free", () => {
    expect(validateManifest(topic({ config: { anything: true } }))).toEqual([]);
    const labels = { "strimzi.io/cluster": "kafka" };
    expect(validateManifest(topic({}, { labels, annotations: { "a/b": "c" } }))).toEqual([]);
  });

  test("refuses an older version of a kind, and names the one that there is a schema of", () => {
    expect(validateManifest({ ...topic({}), apiVersion: "kafka.strimzi.io/v1beta2" })).toEqual([
      'KafkaTopic/tasks: apiVersion is "kafka.strimzi.io/v1beta2", but the schema in crds/ is of kafka.strimzi.io/v1',
    ]);
  });

  test("refuses a kind without a schema, and says where to add it", () => {
    expect(validateManifest({ apiVersion: "batch/v1", kind: "Job", metadata: { name: "once" } })).toEqual([
      'Job/once: crds/ has no schema of batch/v1 Job; add the kind to infra/schemas/kinds.ts and run "pnpm run imports"',
    ]);
  });

  test.each(["data", "stringData"])("refuses a Secret with %s", (field) => {
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "token" }, [field]: { token: "x" } };
    expect(validateManifest(secret)).toEqual([
      `Secret/token: ${field} is not a field of this kind; allowed here: apiVersion, kind, metadata, type`,
    ]);
  });

  test("refuses what Argo Workflows 4 removed, although 3.7 still takes it", () => {
    expect(validateManifest(template({ synchronization: { mutex: { name: "m" } } }))).toEqual([
      expect.stringMatching(
        /^WorkflowTemplate\/task: spec\.synchronization\.mutex is not a field .*\(argo-workflows-4\)$/,
      ),
    ]);
  });

  test.each([
    [
      "consumerGroup as a text",
      { kafka: { tasks: { url: "u", topic: "t", consumerGroup: "codex" } } },
      'spec.kafka.tasks.consumerGroup is "codex", but must be of type object',
    ],
    ["a second kind of source", { kafka: {}, webhook: {} }, "spec.webhook is not a field of this kind"],
  ])("refuses an EventSource with %s", (_, spec, fault) => {
    const manifest = { apiVersion: "argoproj.io/v1alpha1", kind: "EventSource", metadata: { name: "codex" }, spec };
    expect(validateManifest(manifest)).toEqual([expect.stringContaining(fault)]);
  });

  test("refuses a Sensor's trigger with when", () => {
    expect(validateManifest(sensor({ template: { name: "run", when: "x" } }))).toEqual([
      expect.stringContaining("spec.triggers[0].template.when is not a field of this kind"),
    ]);
  });

  test("looks at the object that a Sensor's trigger creates, a dead-letter trigger's too", () => {
    const workflow = {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      metadata: {},
      spec: { workflowTemplateReff: {} },
    };
    const faults = ["spec.workflowTemplateReff is not a field of this kind; did you mean workflowTemplateRef?"];
    const named = faults.map((fault) => `Sensor/codex: Workflow/(no name yet): ${fault}`);
    expect(validateManifest(sensor(workflowTrigger(workflow)))).toEqual(named);
    expect(
      validateManifest(sensor({ template: { name: "log", log: {} }, dlqTrigger: workflowTrigger(workflow) })),
    ).toEqual(named);
  });
});

describe("assertManifests", () => {
  test("throws the faults of all objects together", () => {
    expect(() =>
      assertManifests([topic({ replicaz: 1 }), topic({}), topic({ partitions: 0 }, { name: "events" })]),
    ).toThrow(
      [
        "2 faults in the synthesized objects:",
        "- KafkaTopic/tasks: spec.replicaz is not a field of this kind; did you mean replicas?",
        "- KafkaTopic/events: spec.partitions is 0, which breaks minimum 1",
      ].join("\n"),
    );
  });

  test("is silent when there is nothing to tell", () => {
    expect(() => assertManifests([topic({ partitions: 3 })])).not.toThrow();
  });
});
