import { beforeEach, expect, test } from "vitest";
import type { KafkaFault } from "./explain-kafka-error.ts";
import { KafkaState } from "./kafka-state.ts";

const unreachable: KafkaFault = { code: "UNREACHABLE", retry: "group", advice: "Kafka cannot be reached" };
const fewReplicas: KafkaFault = { code: "NOT_ENOUGH_REPLICAS", retry: "group", advice: "see which brokers are down" };
const noAcl: KafkaFault = { code: "NOT_AUTHORIZED", retry: "alone", advice: "give the KafkaUser Write" };

let lines: string[];
let state: KafkaState;
beforeEach(() => {
  lines = [];
  const log = (_: object, message: string) => void lines.push(message);
  state = new KafkaState({ debug: log, info: log, warn: log, error: log });
});

test("not ready before Kafka has answered, ready after, and nothing to tell", () => {
  expect(state.notReady).toBe("kafka has not answered yet");
  state.worked("check");
  expect(state.notReady).toBeUndefined();
  expect(lines).toEqual([]);
});

test("a fault is told once, whoever meets it and however often, and so is its end", () => {
  state.worked("check");
  for (let n = 0; n < 3; n++) {
    state.failed("publish", unreachable, new Error("ECONNREFUSED"));
    state.failed("check", unreachable, new Error("ECONNREFUSED"));
  }
  expect(state.notReady).toBe("kafka: Kafka cannot be reached");
  state.worked("check");
  state.worked("publish");
  expect(state.notReady).toBeUndefined();
  expect(lines).toEqual(["Kafka cannot be reached", "kafka takes records again"]);
});

test("another fault is told too", () => {
  state.failed("check", unreachable, new Error("ECONNREFUSED"));
  state.failed("check", noAcl, new Error("TOPIC_AUTHORIZATION_FAILED"));
  expect(lines).toEqual(["Kafka cannot be reached", "give the KafkaUser Write"]);
});

test("what only publishing finds out about a topic lasts until publishing works, and leaves us ready", () => {
  state.worked("check");
  for (let n = 0; n < 3; n++) {
    state.failed("publish", noAcl, new Error("TOPIC_AUTHORIZATION_FAILED"));
    state.worked("check");
  }
  expect(state.notReady).toBeUndefined();
  state.worked("publish");
  expect(lines).toEqual(["give the KafkaUser Write", "kafka takes records again"]);
});

test("a topic that takes nothing is not well again because another one takes records", () => {
  const [events, tasks] = [{ topic: "events" }, { topic: "tasks" }];
  state.failed("check", noAcl, new Error("TOPIC_AUTHORIZATION_FAILED"));
  for (let n = 0; n < 3; n++) {
    state.worked("publish", [events]);
    state.failed("publish", noAcl, new Error("TOPIC_AUTHORIZATION_FAILED"), [events, tasks]);
  }
  state.worked("publish", [events]);
  expect(state.notReady).toBe("kafka: give the KafkaUser Write");
  state.worked("check");
  expect(state.notReady).toBeUndefined();
  expect(lines).toEqual(["give the KafkaUser Write"]);
  state.worked("publish", [tasks]);
  expect(lines).toEqual(["give the KafkaUser Write", "kafka takes records again"]);
});

test("what only publishing meets is told once, however often a look in between goes well", () => {
  state.worked("check");
  for (let n = 0; n < 3; n++) {
    state.failed("publish", fewReplicas, new Error("NOT_ENOUGH_REPLICAS"));
    state.worked("check");
  }
  expect(state.notReady).toBeUndefined();
  state.worked("publish");
  expect(lines).toEqual(["see which brokers are down", "kafka takes records again"]);
});

test("what publishing met once is told anew when looking meets it, after looks that went well", () => {
  state.failed("publish", unreachable, new Error("ECONNREFUSED"));
  state.worked("check");
  state.failed("check", unreachable, new Error("ECONNREFUSED"));
  state.failed("publish", unreachable, new Error("ECONNREFUSED"));
  state.worked("check");
  expect(lines).toEqual(["Kafka cannot be reached", "Kafka cannot be reached", "kafka takes records again"]);
});
