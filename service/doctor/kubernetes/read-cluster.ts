import { workflowTemplate } from "@froussard/contract";
import { deployedNames, type Namespaces } from "../deployed-names.ts";
import type { ClusterFacts } from "./cluster-facts.ts";
import type { ClusterReader } from "./cluster-reader.ts";
import { installed, kinds } from "./kinds.ts";
import { resourceList, versionInfo } from "./objects.ts";
import { foundIn, type Reading } from "./reading.ts";
import { referredObjects } from "./referred-objects.ts";
import { secretNeeds } from "./secret-needs.ts";

/** Asks side by side, in two rounds: the objects, then what they refer to. Changes nothing. */
export async function readCluster(reader: ClusterReader, namespaces: Namespaces): Promise<ClusterFacts> {
  const { service, workflows, kafka } = namespaces;
  const apis = [...new Set(installed.map(({ api }) => api))];
  const [first, served] = await Promise.all([
    together({
      version: reader.path("version", versionInfo),
      serve: reader.get(kinds.deployments, service, deployedNames.serve),
      watch: reader.get(kinds.deployments, service, deployedNames.watch),
      servicePods: reader.list(kinds.pods, service),
      workflowPods: reader.list(kinds.pods, workflows, "app.kubernetes.io/part-of=froussard"),
      eventSource: reader.get(kinds.eventSources, workflows, deployedNames.events),
      sensor: reader.get(kinds.sensors, workflows, deployedNames.events),
      template: reader.get(kinds.workflowTemplates, workflows, workflowTemplate),
      workflows: reader.list(kinds.workflows, workflows, "workflows.argoproj.io/completed!=true"),
      roles: reader.list(kinds.roles, workflows),
      roleBindings: reader.list(kinds.roleBindings, workflows),
      servicePolicies: reader.list(kinds.networkPolicies, service),
      workflowPolicies: reader.list(kinds.networkPolicies, workflows),
      topics: reader.list(kinds.kafkaTopics, kafka),
      users: reader.list(kinds.kafkaUsers, kafka),
    }),
    Promise.all(apis.map(async (api) => [api, await readServed(reader, api)] as const)),
  ]);
  const needs = secretNeeds({ namespaces, ...first });
  const referred = referredObjects({ namespaces, ...first });
  const busName = foundIn(first.eventSource)?.spec.eventBusName ?? foundIn(first.sensor)?.spec.eventBusName ?? "codex";
  const [eventBus, secrets, configMaps, serviceAccounts] = await Promise.all([
    reader.get(kinds.eventBuses, workflows, busName),
    byPlace(needs, (namespace, name) => reader.get(kinds.secrets, namespace, name)),
    byPlace(referred.configMaps, (namespace, name) => reader.get(kinds.configMaps, namespace, name)),
    byPlace(referred.serviceAccounts, (namespace, name) => reader.get(kinds.serviceAccounts, namespace, name)),
  ]);
  return {
    ...{ namespaces, at: Date.now(), ...first, served: new Map(served), eventBus },
    ...{ needs, secrets, referred, configMaps, serviceAccounts },
  };
}

async function readServed(reader: ClusterReader, api: string): Promise<Reading<readonly string[]>> {
  const found = await reader.path(api, resourceList);
  return found.kind === "found" ? { kind: "found", value: found.value.resources.map(({ name }) => name) } : found;
}

/** Each place is asked for once. */
async function byPlace<T>(
  places: readonly { namespace: string; name: string }[],
  ask: (namespace: string, name: string) => Promise<Reading<T>>,
): Promise<Map<string, Reading<T>>> {
  const unique = new Map(places.map((place) => [`${place.namespace}/${place.name}`, place]));
  return new Map(
    await Promise.all(
      [...unique].map(async ([key, { namespace, name }]) => [key, await ask(namespace, name)] as const),
    ),
  );
}

type Awaiteds<T> = { [Key in keyof T]: Awaited<T[Key]> };

async function together<T extends Record<string, Promise<unknown>>>(questions: T): Promise<Awaiteds<T>> {
  const entries = Object.entries(questions).map(async ([key, question]) => [key, await question] as const);
  return Object.fromEntries(await Promise.all(entries)) as Awaiteds<T>;
}
