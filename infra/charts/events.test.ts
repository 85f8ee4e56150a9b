import { limits, topicSettings } from "@froussard/contract";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { at, labelsAt, listAt, textAt, under } from "../references/tree.ts";
import { deployment, everythingOn, object, settingsWith } from "../testing/deployment.ts";

const manifests = deployment();
const sensor = object(manifests, "Sensor");
const trigger = listAt(sensor, "spec.triggers")[0];
const bus = at(object(manifests, "EventBus"), "spec.jetstream");

describe("EventBus", () => {
  test("keeps its messages: pinned, on volumes, on three servers", () => {
    expect(bus).toMatchObject({
      version: "2.10.29",
      replicas: 3,
      persistence: { accessMode: "ReadWriteOnce", volumeSize: "10Gi" },
    });
  });

  test("takes the largest message, which it blows up eightfold", () => {
    const [, megabytes] = /^(\d+)MB$/.exec(textAt(bus, "maxPayload") ?? "") ?? [];
    expect(Number(megabytes) * 1_000_000).toBeGreaterThan(limits.taskBytes * 8 * 1.34);
    expect(Number(megabytes) * 1_000_000).toBeGreaterThan(topicSettings.maxTaskMessageBytes * 8 * 1.05);
    expect(topicSettings.maxTaskMessageBytes).toBeGreaterThan(limits.taskBytes + 32 * 1024);
  });

  test("fills less than its volume, and refuses instead of forgetting", () => {
    const settings = parse((textAt(bus, "settings") ?? "").replaceAll(/: (\d+)GB/g, ": $1")) as {
      max_file_store: number;
    };
    const stream = parse(textAt(bus, "streamConfig") ?? "") as Record<string, unknown>;
    const store = settings.max_file_store * 1_000_000_000;
    expect(store).toBeLessThan(10 * 1024 ** 3);
    expect(stream["maxBytes"]).toBeLessThan(store);
    expect(stream).toMatchObject({ discard: 1, retention: 0, replicas: 3, duplicates: "300s" });
    expect(stream["maxAge"]).toBe(`${topicSettings.retentionDays * 24}h`);
  });

  test("of one server asks for one copy of the stream", () => {
    const one = object(deployment(settingsWith({ eventBus: { replicas: 1 } })), "EventBus");
    expect(at(one, "spec.jetstream.replicas")).toBe(1);
    expect(parse(textAt(one, "spec.jetstream.streamConfig") ?? "")).toMatchObject({ replicas: 1 });
  });
});

describe("EventSource", () => {
  const kafka = (settings = settingsWith()) => at(object(deployment(settings), "EventSource"), "spec.kafka.tasks");

  test("reads in the contract's group from the oldest message on, in a protocol that is set", () => {
    expect(kafka()).toMatchObject({
      url: "kafka-kafka-bootstrap.kafka.svc:9092",
      consumerGroup: { groupName: "argo-workflows-codex", oldest: true },
      version: "3.6.0",
      jsonBody: true,
      sasl: { mechanism: "SCRAM-SHA-512" },
    });
    expect(Object.keys(kafka() as object)).not.toContain("partition");
  });

  test("speaks TLS with the cluster's own authority, at its port, when the setting says so", () => {
    expect(kafka(settingsWith(everythingOn))).toMatchObject({
      url: "kafka-kafka-bootstrap.kafka.svc:9093",
      tls: { caCertSecret: { name: "kafka-cluster-ca-cert", key: "ca.crt" } },
    });
  });
});

describe("Sensor", () => {
  test("is there before the EventSource, whose first events it would not see otherwise", () => {
    const waveOf = (kind: string) =>
      Number(labelsAt(object(manifests, kind), "metadata.annotations")["argocd.argoproj.io/sync-wave"]);
    expect(waveOf("EventBus")).toBeLessThan(waveOf("Sensor"));
    expect(waveOf("Sensor")).toBeLessThan(waveOf("EventSource"));
  });

  test("has one dependency and one trigger, and no filter that could drop a message", () => {
    expect(listAt(sensor, "spec.dependencies")).toHaveLength(1);
    expect(listAt(sensor, "spec.triggers")).toHaveLength(1);
    expect(under(sensor, "filters", "transform", "rateLimit")).toEqual([]);
  });

  test("patches the Workflow of the task's name, at least once, with bounded retries", () => {
    expect(trigger).toMatchObject({
      atLeastOnce: true,
      template: { conditions: "task", k8s: { operation: "patch" } },
      retryStrategy: { steps: expect.any(Number), duration: "2s", factor: 2 },
    });
    expect(listAt(trigger, "template.k8s.parameters")[0]).toEqual({
      src: {
        dependencyName: "task",
        dataTemplate:
          "{{ regexFind `^codex-(planning|implementation)-[1-9][0-9]{0,14}-[0-9a-f]{16}$` .Input.body.taskId }}",
      },
      dest: "metadata.name",
    });
    const seconds = 2 * (2 ** ((at(trigger, "retryStrategy.steps") as number) - 1) - 1);
    expect(seconds).toBeGreaterThan(60);
    expect(seconds).toBeLessThan(5 * 60);
  });

  test("hands over what became no Workflow, and knows when that failed", () => {
    expect(at(trigger, "dlqTrigger")).toMatchObject({
      atLeastOnce: true,
      policy: { status: { allow: [200] } },
      retryStrategy: { steps: expect.any(Number) },
      template: {
        http: { method: "POST", url: "http://froussard-dead-letters.froussard.svc:8081/dead-letters", timeout: 10 },
      },
    });
    expect(under(trigger, "secureHeaders")).toEqual([]);
  });

  test("shows a token with dead letters when the setting says so", () => {
    const withToken = object(deployment(settingsWith(everythingOn)), "Sensor");
    expect(under(withToken, "secureHeaders")).toEqual([
      [
        {
          name: "Authorization",
          valueFrom: { secretKeyRef: { name: "froussard-dead-letters", key: "token" } },
        },
      ],
    ]);
  });

  test("leaves everything but arguments to the template, so that a strict controller takes its Workflows", () => {
    const spec = at(trigger, "template.k8s.source.resource.spec") as object;
    expect(Object.keys(spec).toSorted()).toEqual(["arguments", "workflowTemplateRef"]);
  });

  test("fits into one environment variable of its pod", () => {
    expect(JSON.stringify(sensor).length).toBeLessThan(96 * 1024);
  });
});

test("dead letters come from the Sensor's pods alone, and the port is on no Ingress", () => {
  const all = deployment(settingsWith(everythingOn));
  const rules = listAt(object(all, "NetworkPolicy", "serve"), "spec.ingress").filter((rule) =>
    under(rule, "port").includes(8081),
  );
  expect(rules).toMatchObject([
    {
      from: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "argo-workflows" } },
          podSelector: { matchLabels: { "app.kubernetes.io/component": "sensor" } },
        },
      ],
    },
  ]);
  expect(JSON.stringify(object(all, "Ingress"))).not.toContain("dead-letters");
});
