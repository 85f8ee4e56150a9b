import { secrets as contract, kafkaUsers } from "@froussard/contract";
import type { ClusterFacts } from "./cluster-facts.ts";
import type { Container, KeyReference } from "./objects.ts";
import { foundIn } from "./reading.ts";

/** What a key holds, where that matters to more than one check. */
export type Holds =
  | "githubToken"
  | "appId"
  | "installationId"
  | "privateKey"
  | "webhookSecret"
  | "modelKey"
  | "kafkaUsername"
  | "kafkaPassword"
  | "authority"
  | "serviceAccountToken"
  | "other";

/** A key of a Secret that something refers to. */
export interface SecretNeed {
  namespace: string;
  name: string;
  key: string;
  optional: boolean;
  holds: Holds;
  /** What reads it, for people: `serve`, `KafkaUser froussard`. */
  readBy: string;
}

type Objects = Pick<ClusterFacts, "namespaces" | "serve" | "watch" | "eventSource" | "template" | "users">;

const byVariable: Readonly<Record<string, Holds>> = {
  GITHUB_TOKEN: "githubToken",
  GITHUB_APP_ID: "appId",
  GITHUB_APP_INSTALLATION_ID: "installationId",
  GITHUB_WEBHOOK_SECRET: "webhookSecret",
  GITHUB_WEBHOOK_SECRET_PREVIOUS: "webhookSecret",
  KAFKA_USERNAME: "kafkaUsername",
  KAFKA_PASSWORD: "kafkaPassword",
  OPENAI_API_KEY: "modelKey",
};

/**
 * All keys of Secrets that the deployment refers to. What an object that is not there would refer to, the contract tells;
 * so a deployment whose objects are all gone still hears of its Secrets. Pure.
 */
export function secretNeeds(objects: Objects): SecretNeed[] {
  const { namespaces } = objects;
  const found = [
    ...ofDeployment(objects, "serve"),
    ...ofDeployment(objects, "watch"),
    ...ofTemplate(objects),
    ...ofEventSource(objects),
    ...ofKafkaUser(objects, kafkaUsers.service, contract.serviceKafkaPassword.name),
    ...ofKafkaUser(objects, kafkaUsers.consumer, contract.consumerKafkaPassword.name),
  ];
  const executor = foundIn(objects.template)?.spec.executor?.serviceAccountName;
  if (executor !== undefined)
    found.push({
      ...{ namespace: namespaces.workflows, name: `${executor}.service-account-token`, key: "token" },
      ...{ optional: false, holds: "serviceAccountToken" as const, readBy: "the executor of the runs" },
    });
  return found;
}

function ofDeployment({ namespaces, ...objects }: Objects, program: "serve" | "watch"): SecretNeed[] {
  const { service: namespace } = namespaces;
  const spec = foundIn(objects[program])?.spec.template.spec;
  const need = needOf(namespace, program);
  if (spec)
    return [
      ...spec.containers.flatMap((container) => ofContainer(container, need)),
      ...spec.volumes.flatMap(({ secret }) =>
        secret
          ? (secret.items ?? [{ key: "ca.crt" }]).map(({ key }) =>
              need({ name: secret.secretName, key }, fileHolds(key)),
            )
          : [],
      ),
    ];
  const { githubToken, serviceKafka, webhook } = contract;
  return [
    need({ name: githubToken.name, key: githubToken.keys.token }, "githubToken"),
    need({ name: serviceKafka.name, key: serviceKafka.keys.username }, "kafkaUsername"),
    need({ name: serviceKafka.name, key: serviceKafka.keys.password }, "kafkaPassword"),
    ...(program === "serve" ? [need({ name: webhook.name, key: webhook.keys.current }, "webhookSecret")] : []),
  ];
}

function ofTemplate({ namespaces, template }: Objects): SecretNeed[] {
  const { workflows: namespace } = namespaces;
  const templates = foundIn(template)?.spec.templates;
  if (templates)
    return templates.flatMap(({ name, container, volumes }) => {
      const need = needOf(namespace, name);
      return [
        ...(container ? ofContainer(container, need) : []),
        ...volumes.flatMap(({ secret }) =>
          secret ? (secret.items ?? []).map(({ key }) => need({ name: secret.secretName, key }, fileHolds(key))) : [],
        ),
      ];
    });
  const { githubToken, openai } = contract;
  return [
    needOf(namespace, "mediator")({ name: githubToken.name, key: githubToken.keys.token }, "githubToken"),
    needOf(namespace, "mediator")({ name: openai.name, key: openai.keys.apiKey }, "modelKey"),
  ];
}

function ofEventSource({ namespaces, eventSource }: Objects): SecretNeed[] {
  const need = needOf(namespaces.workflows, "EventSource");
  const { consumerKafka } = contract;
  const sources = foundIn(eventSource)?.spec.kafka;
  if (!sources)
    return [
      need({ name: consumerKafka.name, key: consumerKafka.keys.username }, "kafkaUsername"),
      need({ name: consumerKafka.name, key: consumerKafka.keys.password }, "kafkaPassword"),
    ];
  return Object.values(sources).flatMap(({ sasl, tls }) => [
    ...(sasl?.userSecret ? [need(sasl.userSecret, "kafkaUsername")] : []),
    ...(sasl?.passwordSecret ? [need(sasl.passwordSecret, "kafkaPassword")] : []),
    ...(tls?.caCertSecret ? [need(tls.caCertSecret, "authority")] : []),
  ]);
}

function ofKafkaUser({ namespaces, users }: Objects, user: string, name: string): SecretNeed[] {
  const found = foundIn(users)?.find(({ metadata }) => metadata.name === user);
  const reference = found
    ? found.spec.authentication?.password?.valueFrom?.secretKeyRef
    : { name, key: contract.serviceKafkaPassword.keys.password };
  // Without a reference the operator makes up a password, and writes a Secret of its own.
  return reference ? [needOf(namespaces.kafka, `KafkaUser ${user}`)(reference, "kafkaPassword")] : [];
}

function needOf(namespace: string, readBy: string) {
  return ({ name, key, optional = false }: KeyReference, holds: Holds): SecretNeed => ({
    ...{ namespace, name, key, optional, holds, readBy },
  });
}

function ofContainer({ env }: Container, need: ReturnType<typeof needOf>): SecretNeed[] {
  return env.flatMap(({ name, valueFrom }) =>
    valueFrom?.secretKeyRef ? [need(valueFrom.secretKeyRef, byVariable[name] ?? "other")] : [],
  );
}

function fileHolds(key: string): Holds {
  return key === contract.githubApp.keys.privateKey ? "privateKey" : "authority";
}
