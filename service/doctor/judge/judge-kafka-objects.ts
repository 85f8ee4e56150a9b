import { topicSettings, topics } from "@froussard/contract";
import { check } from "../../checks/finding.ts";
import type { Finding } from "../doctor-report.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import type { KafkaTopic, KafkaUser } from "../kubernetes/objects.ts";
import { foundIn, obstacleTo } from "../kubernetes/reading.ts";
import { consumerRights, type NeededRights, serviceRights } from "./needed-rights.ts";

const sync = "sync dist/; another namespace: --kafka-namespace";

/** Whether Strimzi has made topics and users as the contract has them. Pure. */
export function judgeKafkaObjects(facts: Pick<ClusterFacts, "topics" | "users" | "namespaces">): Finding[] {
  return [
    ...Object.values(topics).map((name) => judgeTopic(name, facts)),
    ...[serviceRights, consumerRights].map((rights) => judgeUser(rights, facts)),
  ];
}

function judgeTopic(
  name: string,
  { topics: reading, namespaces }: Pick<ClusterFacts, "topics" | "namespaces">,
): Finding {
  const here = check("kafka-topic", name);
  const obstacle = obstacleTo(reading);
  if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
  const topic = foundIn(reading)?.find(({ metadata, spec }) => (spec.topicName ?? metadata.name) === name);
  if (!topic) return here.fault(`there is no KafkaTopic of it in ${namespaces.kafka}`, sync);
  const notReady = unready(topic);
  if (notReady)
    return here.fault(notReady, `kubectl describe kafkatopic ${topic.metadata.name} -n ${namespaces.kafka}`);
  const wrong = topicFaults(topic, name === topics.codexTasks);
  if (wrong.length > 0) return here.fault(wrong.join("; "), "sync dist/ again: it has the contract's settings");
  return here.ok("ready, as the contract has it");
}

function topicFaults({ spec }: KafkaTopic, isTasks: boolean): string[] {
  const { partitions, replicas = topicSettings.replicas, config } = spec;
  const number = (key: string, fallback = Number.NaN) => Number(config[key] ?? fallback);
  const largest = isTasks ? topicSettings.maxTaskMessageBytes : topicSettings.maxMessageBytes;
  const inSync = number("min.insync.replicas", 1);
  return [
    ...(partitions !== undefined && partitions < topicSettings.partitions
      ? [`it has ${partitions} of ${topicSettings.partitions} partitions`]
      : []),
    ...(inSync > replicas ? [`min.insync.replicas is ${inSync}, of ${replicas} replicas: nothing can be written`] : []),
    ...(inSync === replicas && replicas > 1
      ? [`min.insync.replicas is ${inSync}, of ${replicas} replicas: nothing can be written while one broker is away`]
      : []),
    ...(number("max.message.bytes", largest) !== largest
      ? [
          `max.message.bytes is ${config["max.message.bytes"]}, and has to be ${largest}${isTasks ? ": the event bus takes no more" : ""}`,
        ]
      : []),
    ...(isTasks && (config["cleanup.policy"] ?? "delete") !== "delete" ? ["cleanup.policy is not delete"] : []),
  ];
}

function judgeUser(
  rights: NeededRights,
  { users: reading, namespaces }: Pick<ClusterFacts, "users" | "namespaces">,
): Finding {
  const { user: name } = rights;
  const here = check("kafka-user", name);
  const obstacle = obstacleTo(reading);
  if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
  const user = foundIn(reading)?.find(({ metadata }) => metadata.name === name);
  if (!user) return here.fault(`there is no KafkaUser of it in ${namespaces.kafka}`, sync);
  const notReady = unready(user);
  if (notReady) return here.fault(notReady, `kubectl describe kafkauser ${name} -n ${namespaces.kafka}`);
  const missing = missingRights(rights, user);
  if (missing.length > 0)
    return here.fault(`it may not ${missing.join(", ")}`, "sync dist/ again: the KafkaUser there has these ACLs");
  return here.ok("ready, with the rights that it needs");
}

function missingRights({ topics: needed, group }: NeededRights, { spec }: KafkaUser): string[] {
  const acls = spec.authorization?.acls ?? [];
  const allows = (type: string, name: string, operation: string) =>
    acls.some(
      ({ resource, operations, type: kind }) =>
        kind === "allow" &&
        resource.type === type &&
        (resource.patternType === "prefix"
          ? name.startsWith(resource.name ?? "")
          : [name, "*"].includes(resource.name ?? "")) &&
        (operations.includes(operation) || operations.includes("All")),
    );
  return [
    ...needed.flatMap(({ name, operations }) =>
      operations.filter((each) => !allows("topic", name, each)).map((each) => `${each} topic ${name}`),
    ),
    ...(group?.operations ?? [])
      .filter((each) => group && !allows("group", group.name, each))
      .map((each) => `${each} group ${group?.name}`),
  ];
}

function unready({ status }: Pick<KafkaTopic, "status">): string | undefined {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return "Strimzi's operator has not looked at it yet: it has no status";
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready?.status === "True") return undefined;
  const bad = ready ?? conditions[0];
  return `it is not ready: ${bad?.message ?? bad?.reason ?? "no reason is given"}`;
}
