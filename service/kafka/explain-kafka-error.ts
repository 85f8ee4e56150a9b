/** What went wrong between us and Kafka, in a word that metrics and the log carry. */
export type KafkaFaultCode =
  | "AUTHENTICATION"
  | "SASL_MECHANISM"
  | "TLS_AUTHORITY"
  | "TLS_EXPIRED"
  | "TLS_NAME"
  | "TLS_NOT_OFFERED"
  | "TLS_REQUIRED"
  | "NOT_AUTHORIZED"
  | "TOPIC_MISSING"
  | "TOO_LARGE"
  | "INVALID_RECORD"
  | "STORAGE"
  | "NOT_ENOUGH_REPLICAS"
  | "NO_LEADER"
  | "PRODUCER_STATE"
  | "TIMEOUT"
  | "UNREACHABLE"
  | "CONNECTION_CLOSED"
  | "UNKNOWN";

export interface KafkaFault {
  code: KafkaFaultCode;
  /**
   * Whether the same records may get through when they are sent again: `group` as they were, it is not about them;
   * `alone` each by itself, one of them or its topic may be the cause; `no` not before somebody has changed something.
   */
  retry: "group" | "alone" | "no";
  /** What is wrong and what to do about it. No text of records, no secret. */
  advice: string;
}

/** One error of the chain, as far as it is read here: the client's own, the protocol's or Node's. */
interface Link {
  message: string;
  code?: string;
  apiId?: string;
  response?: unknown;
}

interface Rule {
  code: KafkaFaultCode;
  retry: KafkaFault["retry"];
  /** Codes of the protocol (`apiId`) or of Node (`code`), or the client's own words. */
  when: readonly (string | RegExp)[];
  /** `{topic}` and `{broker}` stand for what the chain names. */
  advice: string;
}

/** In the order in which they are believed: what must be changed before what passes. */
const rules: readonly Rule[] = [
  {
    code: "AUTHENTICATION",
    retry: "no",
    when: ["SASL_AUTHENTICATION_FAILED"],
    advice: "Kafka refuses the user or its password: compare KAFKA_USERNAME and KAFKA_PASSWORD with the KafkaUser",
  },
  {
    code: "SASL_MECHANISM",
    retry: "no",
    when: ["UNSUPPORTED_SASL_MECHANISM", "ILLEGAL_SASL_STATE"],
    advice:
      "the listener at {broker} does not offer this way to sign in: set KAFKA_SASL_MECHANISM to one that it offers",
  },
  {
    code: "TLS_EXPIRED",
    retry: "no",
    when: ["CERT_HAS_EXPIRED", "CERT_NOT_YET_VALID"],
    advice: "the certificate of {broker} is out of its time: renew it, and check the clocks",
  },
  {
    code: "TLS_NAME",
    retry: "no",
    when: ["ERR_TLS_CERT_ALTNAME_INVALID"],
    advice: "the certificate of {broker} is for another name: set KAFKA_BROKERS to the name that it is for",
  },
  {
    code: "TLS_AUTHORITY",
    retry: "no",
    when: [
      "SELF_SIGNED_CERT_IN_CHAIN",
      "DEPTH_ZERO_SELF_SIGNED_CERT",
      "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
      "UNABLE_TO_GET_ISSUER_CERT",
      "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
      "CERT_SIGNATURE_FAILURE",
    ],
    advice: "the certificate of {broker} is of an unknown authority: set KAFKA_CA_FILE to the cluster's CA",
  },
  {
    code: "TLS_NOT_OFFERED",
    retry: "no",
    when: [/verify the broker supports TLS/, "EPROTO", "ERR_SSL_WRONG_VERSION_NUMBER"],
    advice:
      "{broker} does not speak TLS: name a listener with TLS in KAFKA_BROKERS, or leave KAFKA_TLS and KAFKA_CA_FILE out",
  },
  {
    code: "TLS_REQUIRED",
    retry: "no",
    when: [/Broker requires TLS/],
    advice: "{broker} speaks only TLS: set KAFKA_CA_FILE to the cluster's CA",
  },
  {
    code: "NOT_AUTHORIZED",
    retry: "alone",
    when: ["TOPIC_AUTHORIZATION_FAILED", "CLUSTER_AUTHORIZATION_FAILED"],
    advice: "the user may not write to {topic}, or it does not exist: give the KafkaUser Write and Describe on it",
  },
  {
    code: "TOPIC_MISSING",
    retry: "alone",
    when: [/^Unknown topic /, "UNKNOWN_TOPIC_OR_PARTITION", "UNKNOWN_TOPIC_ID", "INVALID_TOPIC_EXCEPTION"],
    advice: "{topic} does not exist: create it, or set KAFKA_TOPIC and KAFKA_CODEX_TOPIC to topics that do",
  },
  {
    code: "TOO_LARGE",
    retry: "alone",
    when: ["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"],
    advice: "the record is larger than {topic} takes: raise the topic's max.message.bytes",
  },
  {
    code: "INVALID_RECORD",
    retry: "alone",
    when: [
      "INVALID_RECORD",
      "CORRUPT_MESSAGE",
      "INVALID_TIMESTAMP",
      "POLICY_VIOLATION",
      "UNSUPPORTED_FOR_MESSAGE_FORMAT",
    ],
    advice: "{topic} does not take such a record: compare its settings with those of the KafkaTopic",
  },
  {
    code: "STORAGE",
    retry: "group",
    when: ["KAFKA_STORAGE_ERROR", "LOG_DIR_NOT_FOUND"],
    advice: "the broker cannot write to its disk: look at its log and the free space of its volume",
  },
  {
    code: "NOT_ENOUGH_REPLICAS",
    retry: "group",
    when: ["NOT_ENOUGH_REPLICAS", "NOT_ENOUGH_REPLICAS_AFTER_APPEND"],
    advice: "too few brokers hold a copy of {topic}: see which brokers are down",
  },
  {
    code: "PRODUCER_STATE",
    retry: "group",
    when: [
      "OUT_OF_ORDER_SEQUENCE_NUMBER",
      "DUPLICATE_SEQUENCE_NUMBER",
      "UNKNOWN_PRODUCER_ID",
      "INVALID_PRODUCER_EPOCH",
      "PRODUCER_FENCED",
      "INVALID_PRODUCER_ID_MAPPING",
    ],
    advice: "Kafka lost track of this producer: it is replaced by a new one, nothing to do unless this stays",
  },
  {
    code: "NO_LEADER",
    retry: "group",
    when: [
      "LEADER_NOT_AVAILABLE",
      "NOT_LEADER_OR_FOLLOWER",
      "FENCED_LEADER_EPOCH",
      "BROKER_NOT_AVAILABLE",
      "COORDINATOR_NOT_AVAILABLE",
      "COORDINATOR_LOAD_IN_PROGRESS",
      /not available in the current cluster metadata/,
    ],
    advice: "a partition of {topic} has no leader now: see which brokers are down",
  },
  {
    code: "UNREACHABLE",
    retry: "group",
    when: ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ENETDOWN"],
    advice: "Kafka cannot be reached at {broker}: check that it runs, KAFKA_BROKERS, and the network's policies",
  },
  {
    code: "TIMEOUT",
    retry: "group",
    when: [/timed out|took longer than/, "REQUEST_TIMED_OUT", "ETIMEDOUT"],
    advice: "Kafka does not answer in time at {broker}: see whether the broker is overloaded or hangs",
  },
  {
    code: "CONNECTION_CLOSED",
    retry: "group",
    when: ["ECONNRESET", "EPIPE", "NETWORK_EXCEPTION", /^Connection closed/, /^Connection error/, /is closed\.$/],
    advice:
      "{broker} closes the connection: it may be stopping; if this stays, KAFKA_BROKERS names no listener of Kafka, or one that expects TLS (KAFKA_CA_FILE) or a user (KAFKA_USERNAME)",
  },
];

/** Reads the chain of errors that the client rejects with. Never throws. */
export function explainKafkaError(error: unknown): KafkaFault {
  const chain = links(error);
  const rule = rules.find(({ when }) => chain.some((link) => when.some((sign) => matches(link, sign))));
  if (!rule)
    return { code: "UNKNOWN", retry: "alone", advice: `Kafka does not take records (${chain[0]?.message ?? error})` };
  const { code, retry } = rule;
  const advice = rule.advice
    .replace("{topic}", topicIn(chain) ?? "the topic")
    .replace("{broker}", brokerIn(chain) ?? "the broker");
  return { code, retry, advice };
}

function matches({ message, code, apiId }: Link, sign: string | RegExp): boolean {
  return typeof sign === "string" ? sign === apiId || sign === code : sign.test(message);
}

/** The error, what it is made of and what caused it; bounded, for chains repeat themselves once a retry. */
function links(error: unknown, depth = 0): Link[] {
  if (!(error instanceof Error) || depth > 8) return [];
  const nested = error instanceof AggregateError ? error.errors.slice(0, 20) : [];
  return [error as Link, ...[...nested, error.cause].flatMap((each) => links(each, depth + 1))];
}

/** The topic is named in the client's words, or in the answer that an error came with. */
function topicIn(chain: readonly Link[]): string | undefined {
  for (const { message, response } of chain) {
    const named = /^Unknown topic (\S+)\.$/.exec(message)?.[1];
    if (named !== undefined) return `topic ${named}`;
    for (const { name, errorCode, partitionResponses } of topicsOf(response))
      if (errorCode || partitionResponses?.some((partition) => partition.errorCode)) return `topic ${name}`;
  }
  return undefined;
}

interface TopicAnswer {
  name: string;
  errorCode?: number;
  partitionResponses?: readonly { errorCode: number }[];
}

/** Of an answer to Metadata or Produce. */
function topicsOf(response: unknown): readonly TopicAnswer[] {
  const { topics, responses } = (response ?? {}) as { topics?: TopicAnswer[]; responses?: TopicAnswer[] };
  return topics ?? responses ?? [];
}

function brokerIn(chain: readonly Link[]): string | undefined {
  for (const { message } of chain) {
    const broker = /^Connection to (\S+) /.exec(message)?.[1];
    if (broker !== undefined) return broker;
  }
  return undefined;
}
