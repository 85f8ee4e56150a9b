import { topicSettings } from "@froussard/contract";
import type { Clock } from "../clock.ts";
import type { Publisher } from "../publisher.ts";
import type { ServiceLog } from "../service-log.ts";
import { readCaFile } from "./ca-file.ts";
import { GroupedSender, type SenderOptions } from "./grouped-sender.ts";
import { KafkaClient } from "./kafka-client.ts";
import type { KafkaConfig } from "./kafka-config.ts";
import { KafkaHealth } from "./kafka-health.ts";
import { KafkaState } from "./kafka-state.ts";
import { sizedRecord } from "./sized-record.ts";

export interface KafkaPublisher extends Publisher {
  /** Why nothing can be published now, or undefined; found out in the background, in both directions. */
  notReady(): string | undefined;
}

export interface KafkaPublisherOptions extends Partial<Pick<SenderOptions, "maxWaiting" | "maxBytes" | "groupBytes">> {
  log: ServiceLog;
  clock: Clock;
}

/**
 * Publishes to Kafka: idempotent, acknowledged by all replicas in sync. Kafka may be down at the start and at any time
 * later; it is reached again in the background. `headers` of records go out as they are.
 * @throws Error when the CA file cannot be read, naming the setting
 */
export function openKafkaPublisher(config: KafkaConfig, options: KafkaPublisherOptions): KafkaPublisher {
  const { log, clock, ...limits } = options;
  if (config.tls?.caFile !== undefined) readCaFile(config.tls.caFile);
  const state = new KafkaState(log);
  const names: Readonly<Record<string, string>> = config.topicNames;
  const producer = new KafkaClient(config);
  const asking = new KafkaClient(config);
  const health = new KafkaHealth({
    clock,
    check: () => asking.check(Object.values(names)),
    onChecked(fault, error) {
      if (fault) {
        asking.replace();
        state.failed("check", fault, error);
      } else state.worked("check");
    },
  });
  const sender = new GroupedSender({
    // All of a topic in one send may be for one partition, and so be one batch.
    groupBytes: topicSettings.maxTaskMessageBytes - 16 * 1024,
    ...limits,
    send: (records) => producer.send(records),
    onAcknowledged: (records) => state.worked("publish", records),
    onFault(fault, error, records) {
      // About this one record: Kafka is well, and whoever published it is told.
      if (fault.code === "TOO_LARGE" || fault.code === "INVALID_RECORD") return;
      // What nobody foresaw may sit in the client itself.
      if (fault.retry !== "alone" || fault.code === "UNKNOWN") producer.replace();
      state.failed("publish", fault, error, records);
      health.lookNow();
    },
  });
  return {
    notReady: () => state.notReady,
    publish(records, { withinMs = 5_000 } = {}) {
      const sized = records.map((record) => sizedRecord(record, names[record.topic] ?? record.topic));
      return sender.publish(sized, withinMs);
    },
    async close(graceMs = 5_000) {
      await sender.close(graceMs);
      const stopped = health.stop();
      producer.close();
      // Ends the look that is under way, too.
      asking.close();
      await stopped;
    },
  };
}
