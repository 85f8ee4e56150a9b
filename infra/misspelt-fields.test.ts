import { EventBus, EventSource, Sensor } from "@froussard/imports/argo-events";
import type { IApplication } from "@kubernetes-models/argo-cd/argoproj.io/v1alpha1/Application";
import type { IWorkflowTemplate } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/WorkflowTemplate";
import type { IExternalSecret } from "@kubernetes-models/external-secrets/external-secrets.io/v1/ExternalSecret";
import type { IHTTPRoute } from "@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute";
import type { IServiceMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor";
import type { IKafkaTopic } from "@kubernetes-models/strimzi-kafka-operator/kafka.strimzi.io/v1/KafkaTopic";
import type { IKafkaUser } from "@kubernetes-models/strimzi-kafka-operator/kafka.strimzi.io/v1/KafkaUser";
import { type Chart, Testing } from "cdk8s";
import { expect, test } from "vitest";
import { addManifest } from "./constructs/manifest.ts";
import { type Manifest, validateManifest } from "./validate-manifest.ts";

const metadata = { name: "x" };

// Each field with a directive is misspelt: tsc fails when one is *not* a type error, the test when it is no synth error.
const misspelt: Readonly<Record<string, (chart: Chart) => unknown>> = {
  EventBus: (chart) =>
    new EventBus(chart, "x", {
      metadata,
      // @ts-expect-error
      spec: { jetstream: { version: "2.10.29", persistance: {} } },
    }),
  EventSource: (chart) =>
    new EventSource(chart, "x", {
      metadata,
      // @ts-expect-error
      spec: { kafka: { tasks: { url: "kafka:9092", topic: "tasks", partition: "0", tsl: {} } } },
    }),
  Sensor: (chart) =>
    new Sensor(chart, "x", {
      metadata,
      spec: {
        dependencies: [{ name: "task", eventSourceName: "codex", eventName: "tasks" }],
        // @ts-expect-error
        triggers: [{ template: { name: "run", k8s: { operation: "patch", parameter: [] } } }],
      },
    }),
  WorkflowTemplate: (chart) =>
    addManifest<IWorkflowTemplate>(chart, "x", {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "WorkflowTemplate",
      metadata,
      // @ts-expect-error
      spec: { templates: [{ name: "a", deamon: true }] },
    }),
  KafkaTopic: (chart) =>
    addManifest<IKafkaTopic>(chart, "x", {
      apiVersion: "kafka.strimzi.io/v1",
      kind: "KafkaTopic",
      metadata,
      // @ts-expect-error
      spec: { replicaz: 3 },
    }),
  KafkaUser: (chart) =>
    addManifest<IKafkaUser>(chart, "x", {
      apiVersion: "kafka.strimzi.io/v1",
      kind: "KafkaUser",
      metadata,
      // @ts-expect-error
      spec: { authorization: { type: "simple", acls: [{ resource: { type: "topic" }, operations: [], hosts: "*" }] } },
    }),
  Application: (chart) =>
    addManifest<IApplication>(chart, "x", {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      metadata,
      // @ts-expect-error
      spec: { project: "default", destination: {}, syncPolicy: { syncOption: ["ServerSideApply=true"] } },
    }),
  ExternalSecret: (chart) =>
    addManifest<IExternalSecret>(chart, "x", {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata,
      // @ts-expect-error
      spec: { secretStoreReference: { name: "vault" } },
    }),
  ServiceMonitor: (chart) =>
    addManifest<IServiceMonitor>(chart, "x", {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata,
      // @ts-expect-error
      spec: { selector: {}, endpoints: [{ port: "http", intervall: "30s" }] },
    }),
  HTTPRoute: (chart) =>
    addManifest<IHTTPRoute>(chart, "x", {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata,
      // @ts-expect-error
      spec: { hostnames: ["a.example"], rule: [] },
    }),
};

test.each(Object.entries(misspelt))("a misspelt field of %s is a type error and a synth error", (kind, add) => {
  const chart = Testing.chart();
  add(chart);
  const faults = (Testing.synth(chart) as Manifest[]).flatMap(validateManifest);
  expect(faults).toEqual([expect.stringMatching(new RegExp(`^${kind}/x: spec\\S+ is not a field of this kind; `))]);
});
