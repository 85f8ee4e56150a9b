import { kafkaUsers, secrets } from "@froussard/contract";
import type { Settings } from "../settings/schema.ts";
import { kafkaCa } from "./secret-keys.ts";

/** A Secret that must be there for the deployment to work; what people create, or a store hands out. */
export interface DeclaredSecret {
  namespace: string;
  name: string;
  keys: readonly DeclaredKey[];
  /** Which pods, or whose operator, read it. */
  reader: string;
  /** What has to happen before a new value holds. */
  rotation: string;
  /** It is written in another way, such as by cert-manager; no store is asked for it, and no value. */
  isMadeElsewhere?: boolean;
}

export interface DeclaredKey {
  key: string;
  /** What stands in it, as a placeholder for people. */
  holds: string;
  /** The deployment works without it. */
  optional?: boolean;
  /** It has more than one line: nobody types it. */
  isFile?: boolean;
}

const restartService = "restart `froussard-serve` and `froussard-watch`";
const followsByItself = "nothing: it is mounted, follows within about a minute, and holds from the next connection on";
const restartSource = "restart the EventSource's pod: it reads Secrets once, at its start";

/** Every Secret, by its namespace, that these settings refer to. */
export function declaredSecrets(settings: Settings): DeclaredSecret[] {
  const { secretNames: names, namespaces, service: options, kafka, ingress } = settings;
  const { service, workflows } = namespaces;
  const { token } = secrets.githubToken.keys;
  const { appId, installationId, privateKey } = secrets.githubApp.keys;
  const asApp = settings.github.credential === "app";
  const account = (holds: string) =>
    asApp
      ? {
          name: names.githubApp,
          keys: [
            { key: appId, holds: "the App's id" },
            { key: installationId, holds: "the number of its installation" },
            { key: privateKey, holds: "the App's private key, PEM", isFile: true },
          ],
        }
      : { name: names.githubToken, keys: [{ key: token, holds }] };
  const password = (user: string) => ({ key: "password", holds: `password of the KafkaUser ${user}` });
  const sameAs = (namespace: string, name: string) =>
    `change it together with ${namespace}/${name}; the operator sets it in Kafka within two minutes`;
  const deadLetters = { key: secrets.deadLetters.keys.token, holds: "any 32 characters, the same in both namespaces" };
  const ca = kafkaCa(settings);
  const authority = ca && {
    name: ca.name,
    keys: [
      {
        key: ca.key,
        holds: `certificate authority of the Kafka cluster ${kafka.cluster}, PEM; ${namespaces.kafka}/${ca.name} has it`,
        isFile: true,
      },
    ],
  };
  const pullSecret = (namespace: string, reader: string) => (name: string) => ({
    ...{ namespace, name, reader, isMadeElsewhere: true },
    keys: [{ key: ".dockerconfigjson", holds: "what the registry of the images asks for", isFile: true }],
    rotation: "the next pull uses it; how it is made is in [installation](installation.md#2-images)",
  });
  return [
    {
      namespace: service,
      name: names.webhook,
      keys: [
        { key: secrets.webhook.keys.current, holds: "the webhook's secret, at least 16 characters" },
        { key: secrets.webhook.keys.previous, holds: "the one before, while it is changed", optional: true },
      ],
      reader: "serve",
      rotation: "put the old one under `webhook-secret-previous`, restart `froussard-serve`, then change it at GitHub",
    },
    {
      namespace: service,
      ...account("the automation account's token"),
      reader: "serve, watch",
      rotation: restartService,
    },
    {
      namespace: service,
      name: names.serviceKafka,
      keys: [{ key: "username", holds: kafkaUsers.service }, password(kafkaUsers.service)],
      reader: "serve, watch",
      rotation: `${sameAs(namespaces.kafka, names.serviceKafkaPassword)}; then ${restartService}`,
    },
    ...(options.deadLetterToken
      ? [
          {
            ...{ namespace: service, name: names.deadLetters, keys: [deadLetters], reader: "serve" },
            rotation: `change both; then ${restartService}, and the Sensor's pod`,
          },
          {
            ...{ namespace: workflows, name: names.deadLetters, keys: [deadLetters], reader: "Sensor" },
            rotation: "see the one of the service",
          },
        ]
      : []),
    ...(authority ? [{ namespace: service, ...authority, reader: "serve, watch", rotation: followsByItself }] : []),
    ...(ingress.kind === "ingress" && ingress.tlsSecret !== undefined
      ? [
          {
            ...{
              namespace: service,
              name: ingress.tlsSecret,
              reader: "the Ingress's controller",
              isMadeElsewhere: true,
            },
            keys: [
              { key: "tls.crt", holds: `certificate of ${ingress.host}` },
              { key: "tls.key", holds: "its key" },
            ],
            rotation: "the controller takes it by itself",
          },
        ]
      : []),
    ...settings.images.pullSecrets.service.map(pullSecret(service, "the kubelet, for serve and watch")),
    {
      namespace: workflows,
      ...account("the same account's token: what the pipeline wrote is known by its account"),
      reader: "mediator, report",
      rotation: "the next run uses it",
    },
    {
      namespace: workflows,
      name: names.openai,
      keys: [{ key: secrets.openai.keys.apiKey, holds: "the model provider's key" }],
      reader: "mediator",
      rotation: "the next run uses it",
    },
    {
      namespace: workflows,
      name: names.consumerKafka,
      keys: [{ key: "username", holds: kafkaUsers.consumer }, password(kafkaUsers.consumer)],
      reader: "EventSource",
      rotation: `${sameAs(namespaces.kafka, names.consumerKafkaPassword)}; then ${restartSource}`,
    },
    ...(authority ? [{ namespace: workflows, ...authority, reader: "EventSource", rotation: restartSource }] : []),
    ...settings.images.pullSecrets.workflows.map(pullSecret(workflows, "the kubelet, for the runs")),
    {
      namespace: namespaces.kafka,
      name: names.serviceKafkaPassword,
      keys: [password(kafkaUsers.service)],
      reader: "Strimzi's user operator",
      rotation: `see ${service}/${names.serviceKafka}`,
    },
    {
      namespace: namespaces.kafka,
      name: names.consumerKafkaPassword,
      keys: [password(kafkaUsers.consumer)],
      reader: "Strimzi's user operator",
      rotation: `see ${workflows}/${names.consumerKafka}`,
    },
  ];
}
