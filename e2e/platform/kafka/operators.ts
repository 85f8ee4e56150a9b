import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { users } from "../../../service/testing/broker/users.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { manifestList } from "../controllers/manifest.ts";
import type { BrokerControl } from "./broker-control.ts";
import type { BrokerPlace } from "./broker-manifests.ts";
import { clusterLabel, type KafkaUser, readKafkaTopic, readKafkaUser } from "./strimzi-resources.ts";
import { applyTopic } from "./topic-operator.ts";
import { applyUser, removeUsersExcept } from "./user-operator.ts";

export interface Reconciled {
  kind: string;
  name: string;
  /** What is wrong with it; absent when it is ready. */
  fault?: string;
}
interface Listed {
  kind: string;
  metadata: { name: string; generation?: number };
  status?: Status;
}
interface Status {
  observedGeneration?: number | undefined;
  conditions?: { type: string; status: string; reason?: string; message?: string; lastTransitionTime?: string }[];
}

/**
 * In place of Strimzi's topic and user operators: one look at the KafkaTopics and KafkaUsers that the API server holds for
 * this Kafka cluster, after which the broker has what they say, each user its Secret, and each object its status. Unlike the
 * operators it looks when it is called, and does not watch.
 */
export async function reconcile(cluster: Cluster, place: BrokerPlace, broker: BrokerControl): Promise<Reconciled[]> {
  const list = async (kinds: string) => {
    const selected = ["get", kinds, `--namespace=${place.namespace}`, `--selector=${clusterLabel}=${place.cluster}`];
    return (await cluster.kubectlJson<{ items: Listed[] }>(selected)).items;
  };
  const [topics, kafkaUsers] = [await list("kafkatopics"), await list("kafkausers")];
  return await broker.asSuperUser(async (superUser) => {
    const done: Reconciled[] = [];
    const attempt = async (object: Listed, work: () => Promise<object>) => {
      const { kind, metadata } = object;
      try {
        await writeStatus(cluster, place, object, { ...(await work()), ...ready });
        done.push({ kind, name: metadata.name });
      } catch (error) {
        const fault = error instanceof Error ? error.message : String(error);
        await writeStatus(cluster, place, object, notReady(fault));
        done.push({ kind, name: metadata.name, fault });
      }
    };
    for (const object of topics)
      await attempt(object, async () => {
        const topic = readKafkaTopic(object);
        await applyTopic(superUser.admin, topic);
        return { topicName: topic.spec.topicName ?? topic.metadata.name };
      });
    for (const object of kafkaUsers)
      await attempt(object, async () => {
        const user = readKafkaUser(object);
        const password = await passwordOf(cluster, user);
        await applyUser(superUser, user, password);
        await writeSecret(cluster, user, password);
        return { username: user.metadata.name, secret: user.metadata.name };
      });
    await removeUsersExcept(superUser, [users.admin.username, ...kafkaUsers.map(({ metadata }) => metadata.name)]);
    return done;
  });
}

const ready = { conditions: [{ type: "Ready", status: "True" }] };
const notReady = (message: string) => ({
  conditions: [{ type: "NotReady", status: "True", reason: "InvalidResourceException", message }],
});

async function passwordOf(cluster: Cluster, { metadata, spec }: KafkaUser): Promise<string> {
  const named = spec.authentication.password?.valueFrom.secretKeyRef;
  // One that was drawn is kept in the user's own Secret.
  const { name, key } = named ?? { name: metadata.name, key: "password" };
  const shown = await cluster.kubectl([
    ...["get", "secret", name, `--namespace=${metadata.namespace}`, "--ignore-not-found", "--output=json"],
  ]);
  const { data = {} }: { data?: Record<string, string> } = shown === "" ? {} : JSON.parse(shown);
  const value = data[key];
  if (value) return Buffer.from(value, "base64").toString("utf8");
  if (!named) return randomBytes(24).toString("base64url");
  throw new Error(`Secret ${name} has no key ${key} with the password of the user ${metadata.name}`);
}

/** The user's own Secret, with the keys that Strimzi writes. */
async function writeSecret(cluster: Cluster, { metadata }: KafkaUser, password: string): Promise<void> {
  const { name, namespace, labels } = metadata;
  const module = "org.apache.kafka.common.security.scram.ScramLoginModule";
  const secret = {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace, labels: { [clusterLabel]: labels[clusterLabel], "strimzi.io/kind": "KafkaUser" } },
    stringData: {
      password,
      "sasl.jaas.config": `${module} required username="${name}" password="${password}";`,
    },
  };
  await cluster.kubectl(["apply", "--server-side", "--field-manager=strimzi-user-operator", "--filename=-"], {
    input: manifestList([secret]),
  });
}

/** Nothing is written where it stands already: a second look changes nothing. */
async function writeStatus(
  cluster: Cluster,
  place: BrokerPlace,
  object: Listed,
  status: Status & object,
): Promise<void> {
  const { kind, metadata } = object;
  const wanted = { ...status, observedGeneration: metadata.generation };
  const bare = ({ conditions = [], ...rest }: Status) => ({
    ...rest,
    conditions: conditions.map(({ lastTransitionTime: _, ...condition }) => condition),
  });
  const sorted = (value: Status) => JSON.stringify(Object.entries(bare(value)).sort());
  if (object.status && sorted(object.status) === sorted(wanted)) return;
  const lastTransitionTime = new Date().toISOString();
  const conditions = wanted.conditions?.map((condition) => ({ ...condition, lastTransitionTime }));
  await cluster.kubectl([
    ...["patch", kind.toLowerCase(), metadata.name, `--namespace=${place.namespace}`, "--subresource=status"],
    ...["--type=merge", `--patch=${JSON.stringify({ status: { ...wanted, conditions } })}`],
  ]);
}
