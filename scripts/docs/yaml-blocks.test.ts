import { consumerGroup, topics } from "@froussard/contract";
import { kinds as schemas } from "@froussard/infra/schemas/kinds";
import { deployment, everythingOn, settingsWith } from "@froussard/infra/testing/deployment";
import { type Manifest, validateManifest } from "@froussard/infra/validate-manifest";
import { AppProject } from "@kubernetes-models/argo-cd/argoproj.io/v1alpha1/AppProject";
import { Kafka } from "@kubernetes-models/strimzi-kafka-operator/kafka.strimzi.io/v1/Kafka";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { documentation } from "./documentation.ts";

/** What a page shows as YAML: whole objects, and parts. */
const blocks = documentation().flatMap(({ path, blocks }) =>
  blocks
    .filter(({ language }) => /^ya?ml$/.test(language))
    .map(({ text, line }) => ({ at: `${path}:${line}`, documents: parseAllDocuments(text) })),
);
const shown = blocks.flatMap(({ documents }) => documents.map((document) => document.toJS() as Partial<Manifest>));

function only<T>(kind: string): T {
  const [found, ...more] = shown.filter((each) => each.kind === kind);
  if (!found || more.length > 0) throw new Error(`the pages show ${found ? more.length + 1 : 0} objects of ${kind}`);
  return found as T;
}

test("every block of YAML is YAML", () => {
  expect(blocks.length).toBeGreaterThan(3);
  expect(
    blocks.flatMap(({ at, documents }) =>
      documents.flatMap(({ errors }) => errors.map((each) => `${at}: ${each.message}`)),
    ),
  ).toEqual([]);
});

test("the Kafka object that is asked for is one, and lets the KafkaUsers sign in", () => {
  const kafka = new Kafka(only("Kafka"));
  expect(() => kafka.validate()).not.toThrow();
  const { metadata, spec } = kafka;
  const { kafka: documented } = settingsWith();
  expect(metadata?.name).toBe(documented.cluster);
  expect(spec?.kafka.authorization?.type).toBe("simple");
  expect(spec?.kafka.listeners?.map(({ port, authentication }) => [port, authentication?.type])).toEqual([
    [9092, "scram-sha-512"],
  ]);
  // The validation is one: it misses what must be there.
  expect(() =>
    new Kafka({ metadata, spec: { kafka: { listeners: [{ name: "scram" }] } } } as never).validate(),
  ).toThrow();
});

test("the AppProject lets through every kind that a deployment can have, and none that is not ours", () => {
  const project = new AppProject(only("AppProject"));
  expect(() => project.validate()).not.toThrow();
  const kinds = new Set<string>();
  for (const changes of [{}, everythingOn, { ingress: gateway }])
    for (const { apiVersion, kind, metadata } of deployment(settingsWith(changes)))
      if (kind !== "Application") kinds.add(`${metadata?.namespace === undefined} ${groupOf(apiVersion)} ${kind}`);
  const { clusterResourceWhitelist = [], namespaceResourceWhitelist = [], destinations = [] } = project.spec;
  const allowed = [
    ...clusterResourceWhitelist.map(({ group, kind }) => `true ${group} ${kind}`),
    ...namespaceResourceWhitelist.map(({ group, kind }) => `false ${group} ${kind}`),
  ];
  expect([...kinds].filter((each) => !allowed.includes(each))).toEqual([]);
  const ours = new Set(schemas.map(({ apiVersion, kind }) => `${groupOf(apiVersion)} ${kind}`));
  expect(allowed.filter((each) => !ours.has(each.slice(each.indexOf(" ") + 1)))).toEqual([]);
  expect(destinations.map(({ namespace }) => namespace)).toEqual(
    Object.values(settingsWith().namespaces).filter((each) => typeof each === "string"),
  );
});

const groupOf = (apiVersion: string) => apiVersion.split("/").at(-2) ?? "";
const gateway = { kind: "httpRoute" as const, host: "froussard.example.com", parentRefs: [{ name: "public" }] };

interface User {
  metadata: { name: string };
  spec: { authorization: { acls: { resource: { type: string; name: string }; operations: string[] }[] } };
}

test("the KafkaUser for people may look at both topics, and not read in the EventSource's group", () => {
  const user = only<User & Manifest>("KafkaUser");
  expect(validateManifest(user)).toEqual([]);
  const { acls } = user.spec.authorization;
  const reads = acls.filter(({ operations }) => operations.includes("Read")).map(({ resource }) => resource.name);
  expect(reads).toEqual([topics.codexTasks, topics.webhookEvents, user.metadata.name]);
  expect(
    acls.filter(({ resource }) => resource.name === consumerGroup).flatMap(({ operations }) => operations),
  ).toEqual(["Describe"]);
  expect(acls.flatMap(({ operations }) => operations)).not.toContain("Write");
});
