import { topics } from "@froussard/contract";
import * as z from "zod";

/** `host:port`; an IPv6 address stands in brackets. */
function isBroker(entry: string): boolean {
  const port = /^(?:\[[0-9a-f:.]+\]|[a-z0-9][a-z0-9._-]{0,252}):([0-9]{1,5})$/i.exec(entry)?.[1];
  return port !== undefined && Number(port) > 0 && Number(port) <= 65_535;
}

const brokers = z
  .string()
  .transform((text, context): string[] => {
    const entries = text.split(",").map((entry) => entry.trim());
    if (entries.every(isBroker)) return entries;
    context.addIssue({ code: "custom", message: `must be a comma list of host:port, not ${JSON.stringify(text)}` });
    return z.NEVER;
  })
  .optional();

const topicName = z.string().regex(/^[A-Za-z0-9._-]{1,249}$/, "must be the name of a topic");

/** Settings of the connection to Kafka. They count once `KAFKA_BROKERS` is set. */
export const kafkaSettings = {
  KAFKA_BROKERS: brokers,
  KAFKA_USERNAME: z
    .string()
    .refine((text) => text.trim() === text, "must not begin or end with white space: take the name alone")
    .optional(),
  KAFKA_PASSWORD: z
    .string()
    .regex(/^[^\r\n]+$/, "must be one line: take the password alone")
    .optional(),
  KAFKA_SASL_MECHANISM: z
    .enum(["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"], "must be SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN")
    .default("SCRAM-SHA-512"),
  KAFKA_CA_FILE: z.string().optional(),
  KAFKA_TLS: z
    .enum(["true", "false"], "must be true or false")
    .transform((text) => text === "true")
    .optional(),
  KAFKA_TOPIC: topicName.default(topics.webhookEvents),
  KAFKA_CODEX_TOPIC: topicName.default(topics.codexTasks),
  KAFKA_CLIENT_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, "must be a name of letters, digits, dots and dashes")
    .default("froussard"),
};

/** The settings, checked; a part of every command's. */
export type KafkaSettings = z.infer<z.ZodObject<typeof kafkaSettings>>;

/** How to reach Kafka, and under which names it keeps our topics. */
export interface KafkaConfig {
  brokers: readonly string[];
  clientId: string;
  sasl?: { mechanism: KafkaSettings["KAFKA_SASL_MECHANISM"]; username: string; password: string };
  /** The authority in PEM form, in a file or as it is; without one the system's authorities are trusted. */
  tls?: { caFile?: string; ca?: string };
  /** Name on the brokers of each of the contract's topics. */
  topicNames: Readonly<Record<(typeof topics)[keyof typeof topics], string>>;
}

/** What is wrong with the settings taken together, each with what to set. `given` as in the environment. */
export function kafkaFaults(given: Readonly<Record<string, string | undefined>>): string[] {
  const has = (name: string) => given[name] !== undefined;
  const faults: string[] = [];
  if (has("KAFKA_BROKERS") === has("FROUSSARD_QUEUE"))
    faults.push(
      has("KAFKA_BROKERS")
        ? "FROUSSARD_QUEUE: is set beside KAFKA_BROKERS; set one of them, the other is not used"
        : "KAFKA_BROKERS: set it to the brokers, host:port as a comma list, or set FROUSSARD_QUEUE to the path of the embedded queue's file",
    );
  if (!has("KAFKA_BROKERS")) return faults;
  if (has("KAFKA_USERNAME") && !has("KAFKA_PASSWORD")) faults.push("KAFKA_PASSWORD: set it to the user's password");
  if (has("KAFKA_PASSWORD") && !has("KAFKA_USERNAME"))
    faults.push("KAFKA_USERNAME: set it to the name of the KafkaUser");
  if (has("KAFKA_CA_FILE") && given["KAFKA_TLS"] === "false")
    faults.push("KAFKA_TLS: is false although KAFKA_CA_FILE is set; leave one of them out");
  const [events, tasks] = [
    given["KAFKA_TOPIC"] ?? topics.webhookEvents,
    given["KAFKA_CODEX_TOPIC"] ?? topics.codexTasks,
  ];
  if (events === tasks) faults.push("KAFKA_CODEX_TOPIC: must be another topic than KAFKA_TOPIC");
  return faults;
}

/** The connection that the settings ask for; undefined when they ask for none. */
export function kafkaConfig(settings: KafkaSettings): KafkaConfig | undefined {
  const { KAFKA_BROKERS: brokers, KAFKA_USERNAME: username, KAFKA_PASSWORD: password } = settings;
  const caFile = settings.KAFKA_CA_FILE;
  if (brokers === undefined) return undefined;
  return {
    brokers,
    clientId: settings.KAFKA_CLIENT_ID,
    ...(username !== undefined &&
      password !== undefined && { sasl: { mechanism: settings.KAFKA_SASL_MECHANISM, username, password } }),
    ...((settings.KAFKA_TLS ?? caFile !== undefined) && { tls: caFile === undefined ? {} : { caFile } }),
    topicNames: {
      [topics.webhookEvents]: settings.KAFKA_TOPIC,
      [topics.codexTasks]: settings.KAFKA_CODEX_TOPIC,
    },
  };
}
