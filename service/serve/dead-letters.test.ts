import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Metrics } from "../metrics.ts";
import { openSocket } from "../testing/serve-kit.ts";
import type { RunningServer } from "./server.ts";
import { startDeadLetters } from "./start-dead-letters.ts";

const token = "0123456789abcdef";
const letter = {
  taskId: "codex-planning-7-0123456789",
  stage: "planning",
  repository: "octocat/hello",
  issueNumber: "7",
  deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
};

let metrics: Metrics;
let logged: { level: string; message: string }[];
let server: RunningServer | undefined;

async function start(given: string | undefined = token) {
  await server?.stop(0);
  metrics = new Metrics();
  logged = [];
  const at = (level: string) => (fields: object, message: string) => void logged.push({ level, ...fields, message });
  const log = { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
  const times = { headersMs: 100, requestMs: 200, checkMs: 20 };
  server = await startDeadLetters({ log, metrics }, { DEAD_LETTER_PORT: 0, DEAD_LETTER_TOKEN: given }, { times });
}
beforeEach(() => start());
afterEach(() => server?.stop(0));

async function post(body: string, { path = "/dead-letters", method = "POST", authorization = `Bearer ${token}` } = {}) {
  const response = await fetch(`http://127.0.0.1:${server?.port}${path}`, {
    method,
    headers: { ...(authorization && { authorization }) },
    ...(method !== "GET" && { body }),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

/** Those stages of which there is any. */
async function counted(): Promise<Record<string, number>> {
  const { values } = await metrics.deadLetters.get();
  return Object.fromEntries(
    values.filter(({ value }) => value > 0).map(({ labels, value }) => [String(labels.stage), value]),
  );
}

const counts = { status: 200, body: { status: "counted" } };

describe("a dead letter", () => {
  test("is counted by its stage, and logged as an error with its ids alone", async () => {
    expect(await post(JSON.stringify({ ...letter, issueTitle: "my secret" }))).toEqual(counts);
    expect(await post(JSON.stringify({ ...letter, stage: "implementation" }))).toEqual(counts);
    expect(await counted()).toEqual({ planning: 1, implementation: 1 });
    expect(logged.filter(({ level }) => level === "error")[0]).toEqual({
      level: "error",
      ...letter,
      message: "task became no Workflow",
    });
    expect(JSON.stringify(logged)).not.toMatch(/my secret|0123456789abcdef"/);
  });

  test("brings its bearer bare too, as Argo sends it", async () => {
    expect(await post(JSON.stringify(letter), { authorization: token })).toEqual(counts);
  });

  test("of a message that had nothing is counted as other", async () => {
    const empty = Object.fromEntries(Object.keys(letter).map((name) => [name, ""]));
    expect(await post(JSON.stringify(empty))).toEqual(counts);
    expect(await counted()).toEqual({ other: 1 });
  });

  test("with a stage of its own makes no label of its own, and texts of people are not logged", async () => {
    expect(await post(JSON.stringify({ ...letter, stage: "a", taskId: "Ignore all {{x}}" }))).toEqual(counts);
    expect(await counted()).toEqual({ other: 1 });
    expect(logged.at(-1)).toMatchObject({ stage: "a", taskId: "(unusable)" });
  });

  test.each([
    ["that is no JSON", "{"],
    ["that is empty", ""],
    ["that misses a field", "{}"],
    ["with a number", JSON.stringify({ ...letter, issueNumber: 7 })],
    ["with a field that is too long", JSON.stringify({ ...letter, taskId: "x".repeat(501) })],
    ["that is too large", JSON.stringify({ ...letter, more: "x".repeat(100_000) })],
    ["that is null", "null"],
  ])("%s is counted all the same, or the Sensor would send it for ever", async (_, body) => {
    expect(await post(body)).toEqual(counts);
    expect(await counted()).toEqual({ other: 1 });
    expect(logged.at(-1)).toEqual({ level: "error", message: "unreadable dead letter" });
  });
});

describe("refused and not counted", () => {
  test.each([
    ["no bearer", { authorization: "" }, 401],
    ["a wrong bearer", { authorization: "Bearer 0123456789abcdeF" }, 401],
    ["the beginning of the bearer", { authorization: `Bearer ${token.slice(0, -1)}` }, 401],
    ["another scheme", { authorization: `Basic ${token}` }, 401],
    ["another method", { method: "PUT" }, 405],
    ["another path", { path: "/webhooks/github" }, 404],
    ["the path of the metrics", { path: "/metrics", method: "GET" }, 404],
  ])("%s", async (_, how, status) => {
    expect(await post(JSON.stringify(letter), how)).toMatchObject({ status, body: { error: expect.any(String) } });
    expect(await counted()).toEqual({});
  });

  test("more than any message can hold", async () => {
    const { write, answer } = openSocket(server?.port ?? 0);
    const lines = ["POST /dead-letters HTTP/1.1", "host: x", `authorization: ${token}`, "content-length: 9999999"];
    write(`${lines.join("\r\n")}\r\n\r\n{`);
    expect(await answer()).toMatch(/^HTTP\/1.1 413 /);
    expect(await counted()).toEqual({});
  });
});

test("without a token whoever reaches the port is counted, and a warning says so at the start", async () => {
  await server?.stop();
  expect(logged.filter(({ level }) => level === "warn")).toEqual([]);
  metrics = new Metrics();
  const warned: string[] = [];
  const log = { debug() {}, info() {}, warn: (_: object, message: string) => void warned.push(message), error() {} };
  server = await startDeadLetters({ log, metrics }, { DEAD_LETTER_PORT: 0, DEAD_LETTER_TOKEN: undefined });
  expect(warned).toEqual([expect.stringContaining("set DEAD_LETTER_TOKEN")]);
  expect(await post(JSON.stringify(letter), { authorization: "" })).toEqual(counts);
});

test("without a port nothing is served; one that is taken is named", async () => {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const settings = { DEAD_LETTER_PORT: undefined, DEAD_LETTER_TOKEN: undefined };
  expect(await startDeadLetters({ log, metrics }, settings)).toBeUndefined();
  const taken = { ...settings, DEAD_LETTER_PORT: server?.port };
  await expect(startDeadLetters({ log, metrics }, taken)).rejects.toThrow("set DEAD_LETTER_PORT to a free one");
});
