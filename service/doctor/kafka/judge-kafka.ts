import { topicSettings } from "@froussard/contract";
import { AclOperations } from "@platformatic/kafka";
import { check } from "../../checks/finding.ts";
import type { KafkaFaultCode } from "../../kafka/explain-kafka-error.ts";
import type { Finding } from "../doctor-report.ts";
import type { NeededRights, Operation } from "../judge/needed-rights.ts";
import type { KafkaFacts, TopicFacts } from "./read-kafka.ts";

/** Where it is looked from, and what to do when that is not near enough. */
export interface Vantage {
  insideCluster: boolean;
  /** The line that looks from inside. */
  insideLine: string;
}

const cannotReach: readonly KafkaFaultCode[] = ["UNREACHABLE", "TIMEOUT", "CONNECTION_CLOSED"];
const codes: Readonly<Record<Operation, number>> = {
  Describe: AclOperations.DESCRIBE,
  Read: AclOperations.READ,
  Write: AclOperations.WRITE,
};
/** So many messages behind is no sign of a consumer that stands still. */
const smallLag = 20n;

/** What could not be asked, for a reason that was found before. Pure. */
export function unaskedKafka({ user, group }: NeededRights, because: string, fix?: string): Finding[] {
  return [
    check("kafka-sign-in", user).skipped(because, fix),
    check("kafka-access", user).skipped(because),
    ...(group ? [check("consumer-group", group.name).skipped(because)] : []),
  ];
}

/** Whether a user of ours signs in, finds its topics, and may do what it has to; and whether its group is at work. Pure. */
export function judgeKafka(facts: KafkaFacts, { insideCluster, insideLine }: Vantage): Finding[] {
  const { rights, fault, brokers } = facts;
  if (fault && cannotReach.includes(fault.code) && !insideCluster)
    return unaskedKafka(
      rights,
      `${brokers} cannot be reached from here (${fault.code.toLowerCase().replaceAll("_", " ")}), as is usual outside of the cluster`,
      `look from inside:\n${insideLine}`,
    );
  if (fault)
    return [
      check("kafka-sign-in", rights.user).fault(fault.advice, fixOf(fault.code, rights.user)),
      ...unaskedKafka(rights, "the sign-in has to be put right first").slice(1),
    ];
  return [
    check("kafka-sign-in", rights.user).ok(`signs in at ${brokers}`),
    ...facts.topics.map((topic) => judgeTopic(topic, rights)),
    ...judgeGroup(facts),
  ];
}

function fixOf(code: KafkaFaultCode, user: string): string {
  if (code === "AUTHENTICATION")
    return `compare the check kafka-password; if both Secrets hold the same, see whether the operator has set it: kubectl describe kafkauser ${user}`;
  if (/^TLS|SASL/.test(code))
    return "correct kafka.* in infra/settings.ts so that it is the listener's way, then npm run synth";
  return "see that the brokers run: kubectl get pods in their namespace";
}

function judgeTopic({ name, error, partitions, operations }: TopicFacts, { user, topics }: NeededRights): Finding {
  const here = check("kafka-access", `${user} on ${name}`);
  if (error === "TOPIC_AUTHORIZATION_FAILED")
    return here.fault(
      "it may not even see the topic, or there is none",
      "look at kafka-topic and kafka-user: the operator sets both",
    );
  if (error === "UNKNOWN_TOPIC_OR_PARTITION")
    return here.fault(
      "there is no such topic",
      "sync dist/: the KafkaTopic makes it; see that Strimzi's topic operator runs",
    );
  const leaderless = partitions.filter(({ leader }) => leader < 0).map(({ index }) => index);
  if (leaderless.length > 0 || error === "LEADER_NOT_AVAILABLE")
    return here.fault(`partition ${leaderless.join(", ") || "?"} has no leader`, "see which brokers are down");
  if (error !== undefined) return here.fault(`Kafka answers ${error}`, "see the broker's log");
  const needed = topics.find((topic) => topic.name === name)?.operations ?? [];
  const missing = needed.filter((operation) => (operations & (1 << codes[operation])) === 0);
  if (missing.length > 0)
    return here.fault(
      `it may not ${missing.join(", ")}`,
      `the KafkaUser ${user} must give it, and the operator must have set it: kubectl describe kafkauser ${user}`,
    );
  const behind = partitions.filter(
    ({ replicas, inSync }) => inSync < Math.min(replicas, topicSettings.minInSyncReplicas),
  );
  if (behind.length > 0)
    return here.fault(
      `partition ${behind.map(({ index }) => index).join(", ")}: too few replicas are in sync to take anything`,
      "see which brokers are down",
    );
  return here.ok(`${needed.join(" and ")}, ${partitions.length} partitions`);
}

function judgeGroup({ group, rights }: KafkaFacts): Finding[] {
  if (!group) return [];
  const { name, error, members, operations, lag } = group;
  const here = check("consumer-group", name);
  if (error === "GROUP_AUTHORIZATION_FAILED" || (error === undefined && (operations & (1 << codes.Read)) === 0))
    return [
      here.fault(
        `${rights.user} may not Read the group: the EventSource cannot join it`,
        `sync dist/: the KafkaUser ${rights.user} there has this ACL`,
      ),
    ];
  if (members === 0)
    return [
      here.fault(
        `nobody is in it${lag ? `, and ${lag} messages wait` : ""}: the EventSource does not read`,
        "look at event-source; the log of its pod says what Kafka answers",
      ),
    ];
  if (lag !== undefined && lag > smallLag)
    return [
      here.warning(
        `${lag} messages behind`,
        "look again in a minute; if it stays, the EventSource's log says what holds it up, mostly the event bus",
      ),
    ];
  return [here.ok(`${members} ${members === 1 ? "member" : "members"}${lag === undefined ? "" : `, ${lag} behind`}`)];
}
