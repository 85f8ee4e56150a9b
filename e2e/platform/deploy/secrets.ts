import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { kafkaUsers } from "@froussard/contract";
import { declaredConfigMaps } from "@froussard/infra/secrets/declared-config-maps";
import { type DeclaredSecret, declaredSecrets } from "@froussard/infra/secrets/declared-secrets";
import type { Settings } from "@froussard/infra/settings/schema";
import type { Cluster } from "../cluster/cluster.ts";
import { manifestList } from "../controllers/manifest.ts";

/** Values that come from the simulated world; all others are drawn. */
export interface GivenSecrets {
  githubToken: string;
  openaiKey: string;
}

export interface DrawnSecrets {
  webhook: string;
  /** Password by the name of the Kafka user. */
  kafka: Record<"service" | "consumer", string>;
}

/** New values, of letters and digits, as people draw them. */
export function drawSecrets(): DrawnSecrets {
  const draw = () => randomBytes(24).toString("base64url");
  return { webhook: draw(), kafka: { service: draw(), consumer: draw() } };
}

/**
 * What people would create: every Secret that docs/secrets.md lists for these settings, and the ConfigMap of the private
 * authority. Pure. @throws Error when the settings ask for a Secret that nobody here has a value for
 */
export function secretManifests(
  settings: Settings,
  given: GivenSecrets,
  drawn: DrawnSecrets,
  authority: string,
): object[] {
  const { secretNames: names, namespaces } = settings;
  const values: Readonly<Record<string, Record<string, string>>> = {
    [`${namespaces.service}/${names.webhook}`]: { "webhook-secret": drawn.webhook },
    [`${namespaces.service}/${names.githubToken}`]: { token: given.githubToken },
    [`${namespaces.workflows}/${names.githubToken}`]: { token: given.githubToken },
    [`${namespaces.workflows}/${names.openai}`]: { "api-key": given.openaiKey },
    [`${namespaces.service}/${names.serviceKafka}`]: { username: kafkaUsers.service, password: drawn.kafka.service },
    [`${namespaces.workflows}/${names.consumerKafka}`]: {
      ...{ username: kafkaUsers.consumer, password: drawn.kafka.consumer },
    },
    [`${namespaces.kafka}/${names.serviceKafkaPassword}`]: { password: drawn.kafka.service },
    [`${namespaces.kafka}/${names.consumerKafkaPassword}`]: { password: drawn.kafka.consumer },
  };
  return [
    ...declaredSecrets(settings).map((secret) => secretManifest(secret, values)),
    ...declaredConfigMaps(settings).map(({ namespace, name, key }) => ({
      ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { [key]: authority } },
    })),
  ];
}

function secretManifest(
  { namespace, name, keys }: DeclaredSecret,
  values: Readonly<Record<string, Record<string, string>>>,
) {
  const found = values[`${namespace}/${name}`] ?? {};
  const missing = keys.filter(({ key, optional }) => !optional && found[key] === undefined).map(({ key }) => key);
  if (missing.length > 0) throw new Error(`no value for ${namespace}/${name}, key ${missing.join(", ")}`);
  const data = Object.entries(found).map(([key, value]) => [key, Buffer.from(value).toString("base64")]);
  return { apiVersion: "v1", kind: "Secret", metadata: { namespace, name }, data: Object.fromEntries(data) };
}

/** Creates the namespaces' Secrets; those that hold the same already stay as they are. */
export async function applySecrets(cluster: Cluster, manifests: readonly object[]): Promise<void> {
  await cluster.kubectl(["apply", "--server-side", "--force-conflicts", "--field-manager=people", "--filename=-"], {
    input: manifestList(manifests),
  });
}
