import { expect, test } from "vitest";
import { sources } from "../../../infra/schemas/versions.ts";
import { ofThisMachine } from "./argo-manifests.ts";
import { customResourceDefinition, strimziCrds } from "./strimzi-crds.ts";
import { volumeManifests } from "./volumes.ts";

const deployment = (container: object) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "controller" },
  spec: { template: { spec: { containers: [container] } } },
});
const container = (manifest: object) =>
  (manifest as ReturnType<typeof deployment>).spec.template.spec.containers[0] as Record<string, unknown>;

test("no image is pulled, and none is the latest", () => {
  const published = deployment({
    ...{ name: "workflow-controller", image: "quay.io/argoproj/workflow-controller:latest" },
    ...{ imagePullPolicy: "Always", args: ["--verbose"] },
  });
  expect(container(ofThisMachine(published))).toEqual({
    name: "workflow-controller",
    image: `quay.io/argoproj/workflow-controller:${sources.argoWorkflows.version}`,
    imagePullPolicy: "IfNotPresent",
    args: ["--verbose", "--executor-image", `quay.io/argoproj/argoexec:${sources.argoWorkflows.version}`],
  });
  expect(container(published)["imagePullPolicy"]).toBe("Always");
});

test("the pods that Argo Events' controller makes are not pulled either", () => {
  const changed = ofThisMachine(deployment({ name: "controller-manager", image: "a:1", env: [{ name: "A" }] }));
  expect(container(changed)["env"]).toEqual([{ name: "A" }, { name: "IMAGE_PULL_POLICY", value: "IfNotPresent" }]);
});

test("Strimzi's kinds have the schemas that their manifests are written against", () => {
  const [topic, user] = strimziCrds();
  expect([topic?.metadata.name, user?.metadata.name]).toEqual([
    "kafkatopics.kafka.strimzi.io",
    "kafkausers.kafka.strimzi.io",
  ]);
  expect(topic).toMatchObject({
    spec: {
      versions: [
        {
          name: "v1",
          schema: { openAPIV3Schema: { properties: { spec: { properties: { partitions: { type: "number" } } } } } },
        },
      ],
    },
  });
});

test("an object whose fields have no names keeps them", () => {
  const definition = customResourceDefinition("example.org/v1", "Thing", {
    spec: {
      type: "object",
      properties: { config: { type: "object" }, list: { type: "array", items: { type: "object" } } },
    },
  });
  const kept = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  expect(definition).toMatchObject({
    spec: {
      versions: [
        {
          schema: {
            openAPIV3Schema: {
              properties: { spec: { properties: { config: kept, list: { type: "array", items: kept } } } },
            },
          },
        },
      ],
    },
  });
});

test("claims that name no class find a volume of the node's", () => {
  const [storageClass, ...volumes] = volumeManifests("/cluster/volumes");
  expect(storageClass?.metadata["annotations"]).toEqual({ "storageclass.kubernetes.io/is-default-class": "true" });
  expect(new Set(volumes.map(({ metadata }) => metadata.name)).size).toBe(6);
});
