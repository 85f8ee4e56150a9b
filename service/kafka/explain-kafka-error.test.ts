import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, createServer } from "node:tls";
import { makeCertificates } from "@froussard/simulators/testing/certificates";
import { MultipleErrors, NetworkError, ProtocolError, TimeoutError } from "@platformatic/kafka";
import { expect, test } from "vitest";
import { openssl } from "../testing/broker/broker-tools.ts";
import { describeWith } from "../testing/needs-tools.ts";
import { explainKafkaError } from "./explain-kafka-error.ts";

const protocol = (id: string) => new MultipleErrors("Producing messages failed.", [new ProtocolError(id)]);

test.each([
  ["NOT_ENOUGH_REPLICAS", "NOT_ENOUGH_REPLICAS", "group"],
  ["KAFKA_STORAGE_ERROR", "STORAGE", "group"],
  ["OUT_OF_ORDER_SEQUENCE_NUMBER", "PRODUCER_STATE", "group"],
  ["PRODUCER_FENCED", "PRODUCER_STATE", "group"],
  ["NOT_LEADER_OR_FOLLOWER", "NO_LEADER", "group"],
  ["REQUEST_TIMED_OUT", "TIMEOUT", "group"],
  ["MESSAGE_TOO_LARGE", "TOO_LARGE", "alone"],
  ["INVALID_RECORD", "INVALID_RECORD", "alone"],
  ["UNKNOWN_TOPIC_OR_PARTITION", "TOPIC_MISSING", "alone"],
  ["TOPIC_AUTHORIZATION_FAILED", "NOT_AUTHORIZED", "alone"],
  ["SASL_AUTHENTICATION_FAILED", "AUTHENTICATION", "no"],
  ["UNKNOWN_SERVER_ERROR", "UNKNOWN", "alone"],
])("the protocol's %s is %s, tried again %s", (id, code, retry) => {
  expect(explainKafkaError(protocol(id))).toMatchObject({ code, retry });
});

test("of several tries, what somebody must correct is told before what passes", () => {
  const refused = new NetworkError("Connection to kafka:9093 failed.", { cause: new Error("closed") });
  const timedOut = new TimeoutError("Connection to kafka:9093 timed out.", { canRetry: true });
  const errors = new MultipleErrors("produce failed 3 times.", [
    timedOut,
    refused,
    protocol("SASL_AUTHENTICATION_FAILED"),
  ]);
  expect(explainKafkaError(errors).code).toBe("AUTHENTICATION");
  expect(explainKafkaError(timedOut)).toMatchObject({ code: "TIMEOUT", advice: expect.stringContaining("kafka:9093") });
});

describeWith([openssl], "the handshake itself", () => {
  test("tells an expired certificate", async () => {
    const folder = mkdtempSync(join(tmpdir(), "froussard-expired-"));
    const { caFile, keyStore } = makeCertificates(folder, -1);
    const pem = readFileSync(keyStore, "utf8");
    const server = createServer({ cert: pem, key: pem }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = connect({
      port: (server.address() as AddressInfo).port,
      host: "localhost",
      ca: readFileSync(caFile),
    });
    const [cause] = await once(socket, "error");
    const error = new NetworkError("Connection to localhost:9093 failed.", { cause: cause as Error });
    expect(explainKafkaError(error)).toMatchObject({
      code: "TLS_EXPIRED",
      retry: "no",
      advice: "the certificate of localhost:9093 is out of its time: renew it, and check the clocks",
    });
    server.close();
    rmSync(folder, { recursive: true });
  });
});

test("anything else is shown as it is, and never throws", () => {
  expect(explainKafkaError("broken")).toMatchObject({
    code: "UNKNOWN",
    advice: "Kafka does not take records (broken)",
  });
  const loop = new Error("turns round");
  loop.cause = loop;
  expect(explainKafkaError(loop)).toMatchObject({
    code: "UNKNOWN",
    advice: "Kafka does not take records (turns round)",
  });
});
