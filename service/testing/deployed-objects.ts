import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { kafkaUsers, namespaces, secrets } from "@froussard/contract";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "./fake-cluster.ts";

const dist = join(import.meta.dirname, "../../dist/argocd/applications/froussard");

/** For tests only: the objects of `dist/`, as they are committed. */
export function synthesizedObjects(): KubernetesObject[] {
  return globSync("*.yaml", { cwd: dist }).flatMap((file) =>
    parseAllDocuments(readFileSync(join(dist, file), "utf8")).map((document) => document.toJS() as KubernetesObject),
  );
}

/** Values of the Secrets that people create. */
export interface SecretValues {
  webhookSecret: string;
  githubToken: string;
  openaiKey: string;
  kafkaPasswords: { service: string; consumer: string };
}

/** The Secrets that people create, by the contract's names. */
export function createdSecrets(values: SecretValues): KubernetesObject[] {
  const { service, workflows, kafka } = namespaces;
  const { githubToken, webhook, openai, serviceKafka, consumerKafka, serviceKafkaPassword, consumerKafkaPassword } =
    secrets;
  const { kafkaPasswords } = values;
  const made = (namespace: string, name: string, data: Readonly<Record<string, string>>): KubernetesObject => ({
    ...{ apiVersion: "v1", kind: "Secret", type: "Opaque", metadata: { name, namespace } },
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString("base64")])),
  });
  const token = { [githubToken.keys.token]: values.githubToken };
  return [
    made(service, githubToken.name, token),
    made(workflows, githubToken.name, token),
    made(service, webhook.name, { [webhook.keys.current]: values.webhookSecret }),
    made(workflows, openai.name, { [openai.keys.apiKey]: values.openaiKey }),
    made(service, serviceKafka.name, { username: kafkaUsers.service, password: kafkaPasswords.service }),
    made(workflows, consumerKafka.name, { username: kafkaUsers.consumer, password: kafkaPasswords.consumer }),
    made(kafka, serviceKafkaPassword.name, { password: kafkaPasswords.service }),
    made(kafka, consumerKafkaPassword.name, { password: kafkaPasswords.consumer }),
  ];
}

/** What the controllers make of objects: their status, and the pods. */
export function asControllersLeaveIt(objects: readonly KubernetesObject[]): KubernetesObject[] {
  return objects.flatMap((object) => {
    const { replicas = 1 } = (object["spec"] ?? {}) as { replicas?: number };
    switch (object.kind) {
      case "Deployment":
        return [
          {
            ...object,
            status: {
              ...{ replicas, readyReplicas: replicas, availableReplicas: replicas, updatedReplicas: replicas },
              conditions: [{ type: "Available", status: "True", reason: "MinimumReplicasAvailable" }],
            },
          },
          ...pods(object, replicas, podTemplate(object)),
        ];
      case "EventBus":
        return [withConditions(object, "Deployed", "Configured"), ...pods(object, 3, {})];
      case "EventSource":
        return [withConditions(object, "SourcesProvided", "Deployed"), ...pods(object, 1, {})];
      case "Sensor":
        return [withConditions(object, "DependenciesProvided", "TriggersProvided", "Deployed"), ...pods(object, 1, {})];
      case "KafkaTopic":
      case "KafkaUser":
        return [withConditions(object, "Ready")];
      case "Secret":
        return [
          object["type"] === "kubernetes.io/service-account-token"
            ? { ...object, data: { token: "dG9rZW4=" } }
            : object,
        ];
      default:
        return [object];
    }
  });
}

function withConditions(object: KubernetesObject, ...types: string[]): KubernetesObject {
  return { ...object, status: { conditions: types.map((type) => ({ type, status: "True" })) } };
}

function podTemplate(object: KubernetesObject): object {
  return (object["spec"] as { template: { spec: object } }).template.spec;
}

/** Ready ones, with the labels by which they are found. */
function pods({ metadata }: KubernetesObject, count: number, spec: object): KubernetesObject[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${metadata.name}-${metadata.labels?.["app.kubernetes.io/component"]}-${index}`,
      ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
      labels: { ...metadata.labels },
      ownerReferences: [{ kind: "ReplicaSet", name: metadata.name }],
    },
    spec,
    status: {
      phase: "Running",
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: [{ name: "main", ready: true, restartCount: 0, state: { running: {} } }],
    },
  }));
}
