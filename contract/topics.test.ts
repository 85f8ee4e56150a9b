import { expect, test } from "vitest";
import { limits } from "./limits.ts";
import { consumerGroup, kafkaUsers, topicSettings, topics } from "./topics.ts";

test("a Workflow outlives the messages that could make it a second time", () => {
  expect(limits.workflowTtlDays).toBeGreaterThan(topicSettings.retentionDays);
});

test("a published task is given up long before its message is gone", () => {
  expect(limits.abandonMinutes).toBeLessThan(topicSettings.retentionDays * 24 * 60);
});

test("what was acknowledged survives the loss of a broker, and so does acknowledging", () => {
  expect(topicSettings.minInSyncReplicas).toBeGreaterThan(1);
  expect(topicSettings.minInSyncReplicas).toBeLessThan(topicSettings.replicas);
});

test.each([...Object.values(topics), consumerGroup])("%s is a name that Kafka allows", (name) => {
  expect(name).toMatch(/^[a-zA-Z0-9._-]{1,249}$/);
});

test("service and consumer are two users", () => {
  expect(kafkaUsers.service).not.toBe(kafkaUsers.consumer);
});
