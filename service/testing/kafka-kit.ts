import { headers, topics } from "@froussard/contract";
import { systemClock } from "../clock.ts";
import { readWatchConfig } from "../config.ts";
import { type KafkaConfig, kafkaConfig } from "../kafka/kafka-config.ts";
import { type KafkaPublisher, type KafkaPublisherOptions, openKafkaPublisher } from "../kafka/kafka-publisher.ts";
import type { OutgoingRecord } from "../publisher.ts";
import { until } from "./until.ts";

/** A publisher under test, and what it logged. */
export interface Publishing {
  publisher: KafkaPublisher;
  logged: { level: string; code?: string; message: string }[];
  /** Waits for readiness, either way. */
  ready(isReady: boolean, ms?: number): Promise<void>;
}

/** As the service opens it, from the documented settings. */
export function openPublishing(
  environment: Readonly<Record<string, string>>,
  options: Partial<KafkaPublisherOptions> = {},
): Publishing {
  const logged: Publishing["logged"] = [];
  const log = (level: string) => (fields: object, message: string) => void logged.push({ level, ...fields, message });
  const publisher = openKafkaPublisher(kafkaSettingsOf(environment), {
    log: { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") },
    clock: systemClock,
    ...options,
  });
  return {
    publisher,
    logged,
    ready: (isReady, ms = 20_000) => until(() => (publisher.notReady() === undefined) === isReady, ms),
  };
}

function kafkaSettingsOf(environment: Readonly<Record<string, string>>): KafkaConfig {
  const others = { GITHUB_TOKEN: "unused", CODEX_TRIGGER_LOGINS: "octocat", CODEX_REPOSITORIES: "octocat/hello" };
  const config = kafkaConfig(readWatchConfig({ ...others, ...environment }));
  if (!config) throw new Error("no settings of Kafka");
  return config;
}

/** A delivery that carries a task: what `serve` publishes for it, with values of `bytes` each. */
export function deliveryRecords(id: string, bytes = 200): OutgoingRecord[] {
  const common = { [headers.delivery]: id, [headers.event]: "issues" };
  const value = JSON.stringify({ id, issue: "ä".repeat(bytes / 2) });
  return [
    { topic: topics.webhookEvents, key: id, headers: common, value },
    { topic: topics.codexTasks, key: `octocat/hello#${id}`, headers: { ...common, [headers.taskId]: id }, value },
  ];
}
