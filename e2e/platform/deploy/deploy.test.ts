import { readSettings } from "@froussard/infra/settings/read-settings";
import { deployment, settingsWith } from "@froussard/infra/testing/deployment";
import { describe, expect, test } from "vitest";
import type { Manifest } from "../controllers/manifest.ts";
import { e2eSettings } from "./e2e-settings.ts";
import { healthOf } from "./health.ts";
import { differ } from "./out-of-sync.ts";
import { secretManifests } from "./secrets.ts";
import { syncWaves } from "./sync-order.ts";

const facts = {
  images: {
    ...{ service: "registry.example.org/e2e/froussard:1", runner: "registry.example.org/e2e/codex-runner:1" },
    agent: "registry.example.org/e2e/codex-agent:1",
  },
  ...{ githubApi: "https://10.254.0.1:18443/api/v3", openai: "https://10.254.0.1:18444/v1" },
  apiServerCidrs: ["10.96.0.1/32", "10.254.0.1/32"],
  caConfigMap: "simulated-authority",
};
const settings = readSettings(e2eSettings(facts));

describe("the order of a sync", () => {
  const object = (kind: string, name: string, wave?: string): Manifest => ({
    ...{ apiVersion: "v1", kind },
    metadata: { name, ...(wave !== undefined && { annotations: { "argocd.argoproj.io/sync-wave": wave } }) },
  });
  const namesOf = (...objects: Manifest[]) =>
    syncWaves(objects).map(({ wave, objects: sorted }) => [wave, sorted.map(({ metadata }) => metadata.name)]);

  test("is by wave, without one 0", () => {
    expect(namesOf(object("Sensor", "c", "1"), object("Sensor", "b"), object("Sensor", "a", "-1"))).toEqual([
      [-1, ["a"]],
      [0, ["b"]],
      [1, ["c"]],
    ]);
  });

  test("within a wave by kind, custom resources last, then by name", () => {
    const objects = [
      ...[object("Sensor", "7"), object("Deployment", "6"), object("Service", "5"), object("EventBus", "8")],
      ...[object("Secret", "4"), object("ServiceAccount", "3"), object("NetworkPolicy", "2"), object("Namespace", "1")],
    ];
    expect(namesOf(...objects)).toEqual([[0, ["1", "2", "3", "4", "5", "6", "7", "8"]]]);
  });

  test("a wave that is no number is refused", () => {
    expect(() => namesOf(object("Service", "a", "first"))).toThrow(
      'Service a: argocd.argoproj.io/sync-wave is "first"',
    );
  });

  test("of what is synthesized: accounts before Deployments, topics and bus before what uses them", () => {
    const waves = syncWaves(deployment(settings) as Manifest[]);
    const waveOf = (kind: string) => waves.find(({ objects }) => objects.some((each) => each.kind === kind))?.wave;
    expect(waves.map(({ wave }) => wave)).toEqual([-3, -1, 0, 1, 2]);
    expect(["Namespace", "KafkaTopic", "EventBus", "Deployment", "Sensor", "EventSource"].map(waveOf)).toEqual([
      ...[-3, -1, -1, 0, 1, 2],
    ]);
  });
});

test("only what an application would change is applied: what the server counts by itself is no change", () => {
  const live = { apiVersion: "v1", kind: "Service", metadata: { name: "a", resourceVersion: "7", labels: { a: "1" } } };
  expect(differ(live, { ...live, metadata: { ...live.metadata, resourceVersion: "8", generation: 2 } })).toBe(false);
  expect(differ({ ...live, status: {} } as Manifest, live)).toBe(false);
  expect(differ(live, { ...live, metadata: { ...live.metadata, labels: { a: "2" } } })).toBe(true);
  expect(differ(live, { ...live, spec: {} })).toBe(true);
  expect(differ(undefined, live)).toBe(true);
});

describe("health", () => {
  const deploymentWith = (status: object) => ({
    ...{ kind: "Deployment", metadata: { name: "d", generation: 2 }, spec: { replicas: 2 } },
    status: { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2, ...status },
  });
  test.each([
    ["all pods new and available", {}, "Healthy"],
    ["the change not seen yet", { observedGeneration: 1 }, "Progressing"],
    ["a pod not available", { availableReplicas: 1 }, "Progressing"],
    ["an old pod left", { replicas: 3 }, "Progressing"],
    ["a pod not made yet", { updatedReplicas: 1 }, "Progressing"],
    ["too slow", { conditions: [{ type: "P", status: "False", reason: "ProgressDeadlineExceeded" }] }, "Degraded"],
  ])("of a Deployment: %s", (_, status, expected) => {
    expect(healthOf(deploymentWith(status)).status).toBe(expected);
  });

  const withConditions = (kind: string, ...conditions: { type: string; status: string; message?: string }[]) => ({
    ...{ kind, metadata: { name: "x", generation: 1 }, status: { conditions } },
  });
  test.each([
    [withConditions("KafkaUser"), "Progressing"],
    [withConditions("KafkaUser", { type: "Ready", status: "True" }), "Healthy"],
    [withConditions("KafkaTopic", { type: "NotReady", status: "True", message: "why" }), "Degraded"],
    [withConditions("EventBus", { type: "Configured", status: "True" }), "Progressing"],
    [withConditions("EventBus", { type: "Deployed", status: "True" }), "Healthy"],
    [withConditions("Sensor", { type: "Deployed", status: "False", message: "why" }), "Degraded"],
    [{ kind: "EventSource", metadata: { name: "x" } }, "Progressing"],
    [{ kind: "Service", metadata: { name: "x" } }, "Healthy"],
  ])("%j", (object, expected) => {
    expect(healthOf(object).status).toBe(expected);
  });
});

describe("Secrets", () => {
  const given = { githubToken: "token-of-the-account", openaiKey: "key-of-the-model" };
  const drawn = { webhook: "secret-of-the-webhook", kafka: { service: "one", consumer: "other" } };

  test("are those that the settings ask for, all keys with a value, and the authority in both namespaces", () => {
    const manifests = secretManifests(settings, given, drawn, "PEM") as Manifest[];
    expect(manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`)).toEqual([
      "Secret froussard/github-secret",
      "Secret froussard/github-token",
      "Secret froussard/froussard-kafka",
      "Secret argo-workflows/github-token",
      "Secret argo-workflows/codex-openai",
      "Secret argo-workflows/kafka-codex-credentials",
      "Secret kafka/froussard-kafka-password",
      "Secret kafka/codex-consumer-password",
      "ConfigMap froussard/simulated-authority",
      "ConfigMap argo-workflows/simulated-authority",
    ]);
    expect(manifests.at(-1)).toMatchObject({ data: { "ca.crt": "PEM" } });
    for (const manifest of manifests) expect(Object.keys(manifest["data"] as object)).not.toEqual([]);
  });

  test("fails when the settings ask for one that nobody here has a value for", () => {
    const asApp = settingsWith({ github: { credential: "app" } });
    expect(() => secretManifests(asApp, given, drawn, "PEM")).toThrow("no value for froussard/github-app");
  });
});
