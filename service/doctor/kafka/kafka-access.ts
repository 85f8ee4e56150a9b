import * as z from "zod";
import { type KafkaConfig, kafkaConfig, kafkaSettings } from "../../kafka/kafka-config.ts";
import { consumerRights, type NeededRights, serviceRights } from "../judge/needed-rights.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import { deployedEnvironment } from "../kubernetes/deployed-environment.ts";
import { foundIn, obstacleTo } from "../kubernetes/reading.ts";

/** How a user of ours gets at Kafka, or why that cannot be tried. */
export type KafkaAccess = { rights: NeededRights } & ({ config: KafkaConfig } | { because: string; fix?: string });

/** How serve signs in, and how the EventSource does, by what they are set to. Pure. */
export function kafkaAccesses(facts: ClusterFacts): KafkaAccess[] {
  return [serviceAccess(facts), consumerAccess(facts)];
}

function serviceAccess({ serve, watch, namespaces, secrets, needs }: ClusterFacts): KafkaAccess {
  const rights = serviceRights;
  const container = (foundIn(serve) ?? foundIn(watch))?.spec.template.spec.containers[0];
  if (!container) return { rights, because: "there is no Deployment that says where Kafka is" };
  const { values, unseen } = deployedEnvironment(container, namespaces.service, secrets);
  if (unseen.some((name) => name.startsWith("KAFKA_")))
    return { rights, ...unreadable({ needs, secrets }, namespaces.service) };
  const { KAFKA_CA_FILE: caFile, ...others } = values;
  const settings = z.object(kafkaSettings).safeParse(others).data;
  const config = settings && kafkaConfig({ ...settings, ...(caFile !== undefined && { KAFKA_TLS: true }) });
  if (!config) return { rights, because: "the settings of Kafka have to be put right first" };
  const ca = caFile === undefined ? undefined : authority({ needs, secrets }, namespaces.service);
  return { rights: named(rights, config), config: { ...config, ...(ca !== undefined && { tls: { ca } }) } };
}

/** The service may have topics of other names. */
function named(rights: NeededRights, { topicNames }: KafkaConfig): NeededRights {
  const names: Readonly<Record<string, string>> = topicNames;
  return { ...rights, topics: rights.topics.map((topic) => ({ ...topic, name: names[topic.name] ?? topic.name })) };
}

function consumerAccess({ eventSource, namespaces, secrets, needs }: ClusterFacts): KafkaAccess {
  const { workflows } = namespaces;
  const [source] = Object.values(foundIn(eventSource)?.spec.kafka ?? {});
  if (!source) return { rights: consumerRights, because: "there is no EventSource that says where Kafka is" };
  const rights: NeededRights = {
    ...consumerRights,
    topics: consumerRights.topics.map((topic) => ({ ...topic, name: source.topic })),
    ...(source.consumerGroup && { group: { name: source.consumerGroup.groupName, operations: ["Read"] } }),
  };
  const { sasl, tls } = source;
  const value = (reference: { name: string; key: string } | undefined) =>
    reference && foundIn(secrets.get(`${workflows}/${reference.name}`))?.data.get(reference.key);
  const [username, password] = [value(sasl?.userSecret), value(sasl?.passwordSecret)];
  if (sasl && (!username || !password)) return { rights, ...unreadable({ needs, secrets }, workflows) };
  const ca = tls ? authority({ needs, secrets }, workflows) : undefined;
  const settings = z.object(kafkaSettings).safeParse({
    ...{ KAFKA_BROKERS: source.url, KAFKA_SASL_MECHANISM: sasl?.mechanism },
    ...(username !== undefined && password !== undefined && { KAFKA_USERNAME: username, KAFKA_PASSWORD: password }),
    ...(tls && { KAFKA_TLS: "true" }),
  }).data;
  const config = settings && kafkaConfig(settings);
  if (!config) return { rights, because: "the EventSource's settings of Kafka have to be put right first" };
  return { rights, config: { ...config, ...(ca !== undefined && { tls: { ca } }) } };
}

type Known = Pick<ClusterFacts, "needs" | "secrets">;

function unreadable({ needs, secrets }: Known, namespace: string): { because: string; fix?: string } {
  const need = needs.find((each) => each.namespace === namespace && each.holds === "kafkaPassword");
  const reading = need && secrets.get(`${namespace}/${need.name}`);
  return (reading && obstacleTo(reading)) ?? { because: "the Secret with user and password has to be put right first" };
}

function authority({ needs, secrets }: Known, namespace: string): string | undefined {
  const need = needs.find((each) => each.namespace === namespace && each.holds === "authority");
  return need && foundIn(secrets.get(`${namespace}/${need.name}`))?.data.get(need.key);
}
