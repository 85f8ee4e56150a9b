import { topics } from "@froussard/contract";
import { describe, expect, test } from "vitest";
import { ConfigError, readWatchConfig } from "../config.ts";
import { kafkaConfig } from "./kafka-config.ts";

const others = { GITHUB_TOKEN: "ghp_0123456789", CODEX_TRIGGER_LOGINS: "octocat", CODEX_REPOSITORIES: "octocat/hello" };
const signedIn = { KAFKA_BROKERS: "kafka:9092", KAFKA_USERNAME: "froussard", KAFKA_PASSWORD: "hunter2" };
const read = (environment: Record<string, string>) => kafkaConfig(readWatchConfig({ ...others, ...environment }));

function faults(environment: Record<string, string>): readonly string[] {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("settings of Kafka", () => {
  test("have defaults for all but brokers and user", () => {
    expect(read({ ...signedIn, KAFKA_BROKERS: " a.kafka.svc:9093, [fd00::1]:9093" })).toEqual({
      brokers: ["a.kafka.svc:9093", "[fd00::1]:9093"],
      clientId: "froussard",
      sasl: { mechanism: "SCRAM-SHA-512", username: "froussard", password: "hunter2" },
      topicNames: {
        [topics.webhookEvents]: "github.webhook.events",
        [topics.codexTasks]: "github.codex.tasks",
      },
    });
  });

  test("are none with the embedded queue", () => {
    expect(read({ FROUSSARD_QUEUE: "queue.db" })).toBeUndefined();
  });

  test("turn TLS on with a CA file, or by itself for the system's authorities", () => {
    expect(read({ ...signedIn, KAFKA_CA_FILE: "/ca.crt" })?.tls).toEqual({ caFile: "/ca.crt" });
    expect(read({ ...signedIn, KAFKA_TLS: "true" })?.tls).toEqual({});
    expect(read({ ...signedIn, KAFKA_TLS: "false" })?.tls).toBeUndefined();
  });

  test("name the topics", () => {
    const names = read({ ...signedIn, KAFKA_TOPIC: "events", KAFKA_CODEX_TOPIC: "tasks" })?.topicNames;
    expect(names).toEqual({ [topics.webhookEvents]: "events", [topics.codexTasks]: "tasks" });
  });

  test.each([
    [{}, /^KAFKA_BROKERS: set it to the brokers, .* or set FROUSSARD_QUEUE/],
    [{ ...signedIn, FROUSSARD_QUEUE: "queue.db" }, /^FROUSSARD_QUEUE: is set beside KAFKA_BROKERS/],
    [{ ...signedIn, KAFKA_BROKERS: "kafka" }, /^KAFKA_BROKERS: must be a comma list of host:port, not "kafka"$/],
    [{ ...signedIn, KAFKA_BROKERS: "kafka:0" }, /^KAFKA_BROKERS: must/],
    [{ ...signedIn, KAFKA_BROKERS: "kafka:99999" }, /^KAFKA_BROKERS: must/],
    [{ ...signedIn, KAFKA_BROKERS: "a:9092,,b:9092" }, /^KAFKA_BROKERS: must/],
    [{ ...signedIn, KAFKA_BROKERS: "kafka://a:9092" }, /^KAFKA_BROKERS: must/],
    [{ ...signedIn, KAFKA_USERNAME: "" }, /^KAFKA_USERNAME: set it/],
    [{ ...signedIn, KAFKA_USERNAME: "froussard\n" }, /^KAFKA_USERNAME: must not begin or end with white space/],
    [{ ...signedIn, KAFKA_PASSWORD: "" }, /^KAFKA_PASSWORD: set it/],
    [{ ...signedIn, KAFKA_PASSWORD: "hunter2\n" }, /^KAFKA_PASSWORD: must be one line: take the password alone$/],
    [{ ...signedIn, KAFKA_SASL_MECHANISM: "scram" }, /^KAFKA_SASL_MECHANISM: must be SCRAM-SHA-512/],
    [{ ...signedIn, KAFKA_TLS: "yes" }, /^KAFKA_TLS: must be true or false$/],
    [
      { ...signedIn, KAFKA_TLS: "false", KAFKA_CA_FILE: "/ca.crt" },
      /^KAFKA_TLS: is false although KAFKA_CA_FILE is set/,
    ],
    [{ ...signedIn, KAFKA_TOPIC: "two words" }, /^KAFKA_TOPIC: must be the name of a topic$/],
    [{ ...signedIn, KAFKA_CODEX_TOPIC: topics.webhookEvents }, /^KAFKA_CODEX_TOPIC: must be another topic than/],
    [{ ...signedIn, KAFKA_CLIENT_ID: "a b" }, /^KAFKA_CLIENT_ID: must/],
  ])("refuse %j", (environment, words) => {
    const found = faults(environment);
    expect(found).toEqual([expect.stringMatching(words)]);
    expect(found.join()).not.toContain("hunter2");
  });
});
