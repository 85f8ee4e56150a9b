import { type Namespace, namespaces } from "./namespaces.ts";

/** A Secret that people create and the parts refer to; its data is never ours to write. */
export interface SecretReference {
  /** The same name and keys in each of them. */
  namespaces: readonly Namespace[];
  name: string;
  /** Keys of the Secret's data, by what they hold. */
  keys: Readonly<Record<string, string>>;
  /** Those of `keys` that may be missing; when it is all of them, so may the Secret. */
  optional?: readonly string[];
}

const { service, workflows, kafka } = namespaces;

/** Names and keys of all Secrets, by what they are for. */
export const secrets = {
  /** What GitHub signs webhooks with; the previous one is accepted while it is changed. */
  webhook: {
    namespaces: [service],
    name: "github-secret",
    keys: { current: "webhook-secret", previous: "webhook-secret-previous" },
    optional: ["webhook-secret-previous"],
  },
  /** The automation account's token: one account in both namespaces, since "written by us" is asked for each token. */
  githubToken: { namespaces: [service, workflows], name: "github-token", keys: { token: "token" } },
  /** In place of the token. */
  githubApp: {
    namespaces: [service, workflows],
    name: "github-app",
    keys: { appId: "app-id", installationId: "installation-id", privateKey: "private-key" },
    optional: ["app-id", "installation-id", "private-key"],
  },
  /** What the mediator pays the model with. */
  openai: { namespaces: [workflows], name: "codex-openai", keys: { apiKey: "api-key" } },
  /** How the service signs in to Kafka. */
  serviceKafka: {
    namespaces: [service],
    name: "froussard-kafka",
    keys: { username: "username", password: "password" },
  },
  /** How the EventSource signs in to Kafka. */
  consumerKafka: {
    namespaces: [workflows],
    name: "kafka-codex-credentials",
    keys: { username: "username", password: "password" },
  },
  /**
   * Where the KafkaUsers take their passwords from. Not named like the users: Secrets of those names are the operator's,
   * which writes them.
   */
  serviceKafkaPassword: { namespaces: [kafka], name: "froussard-kafka-password", keys: { password: "password" } },
  consumerKafkaPassword: { namespaces: [kafka], name: "codex-consumer-password", keys: { password: "password" } },
  /** Bearer with which the Sensor hands over what became no Workflow. */
  deadLetters: {
    namespaces: [service, workflows],
    name: "froussard-dead-letters",
    keys: { token: "token" },
    optional: ["token"],
  },
} as const satisfies Readonly<Record<string, SecretReference>>;
