import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { consumerGroup, topics } from "@froussard/contract";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import type { Hook } from "@froussard/simulators/github/webhooks/hooks";
import { type Model, startModel } from "@froussard/simulators/model/start-model";
import { AclOperations, AclPermissionTypes, Consumer, ResourcePatternTypes, ResourceTypes } from "@platformatic/kafka";
import { freePorts } from "../../testing/broker/free-ports.ts";
import { type Broker, startBroker } from "../../testing/broker/start-broker.ts";
import { users } from "../../testing/broker/users.ts";
import { fieldOf, setField, setVariable } from "../../testing/change-object.ts";
import {
  asControllersLeaveIt,
  createdSecrets,
  type SecretValues,
  synthesizedObjects,
} from "../../testing/deployed-objects.ts";
import { type FakeCluster, type KubernetesObject, keyOf, startFakeCluster } from "../../testing/fake-cluster.ts";
import { deployedEnvironment } from "../kubernetes/deployed-environment.ts";
import * as shapes from "../kubernetes/objects.ts";

export const approver = "gregkonush";
export const automation = "codex-automation";
export const served = "gregkonush/lab";

/**
 * A deployment that lives, as far as that goes without a cluster: the objects of `dist/` behind an API server that shows
 * them, and what they name for real: serve and watch as processes, Kafka, a consumer in the group, a GitHub and a model.
 */
export interface Deployment {
  cluster: FakeCluster;
  github: GitHubSimulator;
  model: Model;
  broker: Broker;
  hook: Hook;
  /** All values that must never be told. */
  secrets: readonly string[];
  /** The same objects again, after a test has changed some. */
  restore(): void;
  /** Ends the consumer of the group; `join` brings one again. */
  leave(): Promise<void>;
  join(): Promise<void>;
  allowConsumer(): Promise<void>;
  close(): Promise<void>;
}

export async function startDeployment(): Promise<Deployment> {
  const folder = mkdtempSync(join(tmpdir(), "froussard-doctor-"));
  const modelKey = "sk-key-of-the-mediators";
  const [github, model, broker] = await Promise.all([
    startGitHub(),
    startModel({ apiKey: modelKey, models: ["gpt-6.1-sol"] }),
    startBroker(),
  ]);
  for (const login of [approver, automation, "eve"]) github.addUser({ login });
  const repository = await github.addRepository({
    ...{ owner: approver, name: "lab", collaborators: { [automation]: "write" }, protectedBranches: ["main"] },
  });
  await broker.createTopics();
  await broker.allow(users.service);
  await allowConsumer(broker);
  const values: SecretValues = {
    webhookSecret: "secret-of-the-webhook-0123",
    githubToken: github.token(automation),
    openaiKey: modelKey,
    kafkaPasswords: { service: users.service.password, consumer: users.consumer.password },
  };
  const objects = pointed([...synthesizedObjects(), ...createdSecrets(values)], {
    github: github.apiUrl,
    model: `${model.url}/v1`,
    kafka: `127.0.0.1:${broker.ports.plain}`,
  });
  const all = asControllersLeaveIt(objects);
  const cluster = await startFakeCluster(all, folder);
  const programs = await startPrograms(cluster);
  const hook = github.addWebhook(repository, {
    ...{ url: `${programs.serve}/webhooks/github`, secret: values.webhookSecret, events: ["issues", "issue_comment"] },
  });
  await github.webhooksSettled();
  let consumer = await joinGroup(broker);
  return {
    ...{ cluster, github, model, broker, hook },
    // The consumer's password is the name of a Secret as well, which may be told.
    secrets: [values.webhookSecret, values.githubToken, modelKey, values.kafkaPasswords.service],
    restore() {
      cluster.objects.clear();
      for (const object of all) cluster.objects.set(keyOf(object), object);
      cluster.refused.clear();
      cluster.absent.clear();
    },
    leave: () => consumer.close(true),
    async join() {
      consumer = await joinGroup(broker);
    },
    allowConsumer: () => allowConsumer(broker),
    async close() {
      programs.end();
      await consumer.close(true);
      await cluster.close();
      await Promise.all([github.close(), model.close(), broker.stop()]);
      rmSync(folder, { recursive: true });
    },
  };
}

/** Objects that name the services of this machine in the place of those of the world. */
function pointed(
  objects: readonly KubernetesObject[],
  { github, model, kafka }: { github: string; model: string; kafka: string },
): KubernetesObject[] {
  const all = new Map(objects.map((object) => [keyOf(object), object]));
  for (const program of ["serve", "watch"]) {
    const deployment = `Deployment froussard/froussard-${program}`;
    setVariable(all, deployment, "spec.template.spec.containers.0", "GITHUB_API_BASE_URL", github);
    setVariable(all, deployment, "spec.template.spec.containers.0", "KAFKA_BROKERS", kafka);
  }
  const template = "WorkflowTemplate argo-workflows/github-codex-task";
  const templates = fieldOf(all, template, "spec.templates") as { name: string }[];
  for (const [index, { name }] of templates.entries()) {
    if (name !== "mediator" && name !== "report") continue;
    setVariable(all, template, `spec.templates.${index}.container`, "GITHUB_API_BASE_URL", github);
    setVariable(all, template, `spec.templates.${index}.container`, "OPENAI_BASE_URL", model);
  }
  setField(all, "EventSource argo-workflows/github-codex", "spec.kafka.tasks.url", kafka);
  return [...all.values()];
}

/** serve and watch with the environment that their Deployments give them, answering for their pods. */
async function startPrograms(cluster: FakeCluster): Promise<{ serve: string; end(): void }> {
  const [servePort = 0, deadLetterPort = 0, watchPort = 0] = await freePorts(3);
  const children = [
    startProgram(cluster, "serve", { PORT: String(servePort), DEAD_LETTER_PORT: String(deadLetterPort) }),
    // It asks no Kubernetes: the one here takes another token than that of a pod.
    startProgram(cluster, "watch", { WATCH_PORT: String(watchPort), WORKFLOWS_NAMESPACE: "" }),
  ];
  const at = (port: number) => `http://127.0.0.1:${port}`;
  await Promise.all([ready(at(servePort)), ready(at(watchPort))]);
  for (const index of [0, 1]) cluster.pods.set(`froussard-serve-serve-${index}`, at(servePort));
  cluster.pods.set("froussard-watch-watch-0", at(watchPort));
  return {
    serve: at(servePort),
    end() {
      for (const child of children) child.kill("SIGKILL");
    },
  };
}

function startProgram(
  { objects }: FakeCluster,
  program: "serve" | "watch",
  more: Record<string, string>,
): ChildProcess {
  const deployment = shapes.deployment.parse(objects.get(`Deployment froussard/froussard-${program}`));
  const secrets = new Map(
    [...objects.values()]
      .filter(({ kind }) => kind === "Secret")
      .map((object) => [
        `${object.metadata.namespace}/${object.metadata.name}`,
        { kind: "found" as const, value: shapes.secret.parse(object) },
      ]),
  );
  const container = deployment.spec.template.spec.containers[0] ?? { env: [] };
  const { values } = deployedEnvironment(container, "froussard", secrets);
  return spawn(process.execPath, [join(import.meta.dirname, "../../main.ts"), program], {
    env: { ...values, ...more },
    stdio: "ignore",
  });
}

async function ready(address: string): Promise<void> {
  for (;;) {
    const response = await fetch(`${address}/health/readiness`).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function allowConsumer({ admin }: Broker): Promise<void> {
  const one = (resourceType: number, resourceName: string, operation: number) => ({
    ...{ resourceType, resourceName, operation, principal: `User:${users.consumer.username}`, host: "*" },
    ...{ resourcePatternType: ResourcePatternTypes.LITERAL, permissionType: AclPermissionTypes.ALLOW },
  });
  await admin.createAcls({
    creations: [
      one(ResourceTypes.TOPIC, topics.codexTasks, AclOperations.READ),
      one(ResourceTypes.TOPIC, topics.codexTasks, AclOperations.DESCRIBE),
      one(ResourceTypes.GROUP, consumerGroup, AclOperations.READ),
    ] as Parameters<typeof admin.createAcls>[0]["creations"],
  });
}

/** As the EventSource is in the group. */
async function joinGroup({ ports }: Broker) {
  const consumer = new Consumer({
    ...{ clientId: "event-source", groupId: consumerGroup, sasl: { mechanism: "SCRAM-SHA-512", ...users.consumer } },
    bootstrapBrokers: [{ host: "127.0.0.1", port: ports.plain }],
  });
  const stream = await consumer.consume({ topics: [topics.codexTasks], mode: "earliest", autocommit: true });
  stream.on("data", () => {});
  stream.on("error", () => {
    // Its rights are taken away on purpose.
  });
  return consumer;
}
