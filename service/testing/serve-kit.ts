import { createHmac } from "node:crypto";
import { connect } from "node:net";
import { repositoryFilter } from "@froussard/contract";
import { Metrics } from "../metrics.ts";
import type { Service } from "../open-service.ts";
import { PublishedTasks } from "../published-tasks.ts";
import type { OutgoingRecord } from "../publisher.ts";
import { type ServeOptions, type Serving, startServe } from "../serve/start-serve.ts";
import { fakeAccess } from "./fake-access.ts";
import { FakeGitHub, owner } from "./fake-github.ts";

// GitHub's own example ("Validating webhook deliveries").
export const secret = "It's a Secret to Everybody";
export const previousSecret = "the secret of last month";
export const deliveryId = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
export const sign = (body: string | Buffer, key = secret) =>
  `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;

export interface Sending {
  path?: string;
  method?: string;
  event?: string;
  body?: string | Buffer;
  remove?: string[];
  headers?: Record<string, string>;
}

/** The headers of a delivery as GitHub sends it, with what is to be different. */
export function deliveryHeaders({ event = "issues", body = "{}", headers, remove = [] }: Sending) {
  const all: Record<string, string> = {
    "content-type": "application/json",
    "x-github-delivery": deliveryId,
    "x-github-event": event,
    "x-github-hook-id": "292430182",
    "x-hub-signature-256": sign(body),
    ...headers,
  };
  for (const name of remove) delete all[name];
  return all;
}

/** What the test may change while it serves. */
export interface World {
  publish: (records: readonly OutgoingRecord[]) => Promise<void>;
  notReady: () => Promise<string | undefined>;
  liveTasks: () => Promise<ReadonlySet<string>>;
}

/** `serve` on a real port, over a GitHub in memory with one issue and a publisher that the test plays. */
export async function startServeKit({ tracer, ...options }: ServeOptions & Pick<Service, "tracer"> = {}) {
  const github = new FakeGitHub();
  const on = github.open(github.repository("octocat/hello"), owner);
  github.wait(5);
  const access = fakeAccess(github);
  const batches: (readonly OutgoingRecord[])[] = [];
  const logged: object[] = [];
  const world: World = {
    publish: async (records) => void batches.push(records),
    notReady: async () => undefined,
    liveTasks: async () => new Set<string>(),
  };
  const log = (fields: object, message: string) => void logged.push({ ...fields, message });
  const service: Service = {
    github: access,
    publisher: { publish: (records) => world.publish(records), close: async () => {} },
    liveTasks: () => world.liveTasks(),
    notReady: () => world.notReady(),
    published: new PublishedTasks(),
    policy: {
      approverIds: [1],
      trigger: { kind: "author" },
      since: "2026-03-01T00:00:00Z",
      branchPrefix: "codex/issue-",
      deadlineMinutes: 60,
    },
    admits: repositoryFilter(["octocat/*"]),
    clock: { now: () => github.now, sleep: async () => {} },
    log: { debug: log, info: log, warn: log, error: log },
    metrics: new Metrics(),
    ...(tracer && { tracer }),
    onAllowance: new Set(),
    close: async () => {},
  };
  const config = { GITHUB_WEBHOOK_SECRET: secret, GITHUB_WEBHOOK_SECRET_PREVIOUS: previousSecret, PORT: 0 };
  const serving: Serving = await startServe(service, config, { lookMs: 50, ...options });
  const url = (path: string) => `http://127.0.0.1:${serving.port}${path}`;
  return {
    github,
    on,
    access,
    batches,
    logged,
    world,
    service,
    serving,
    url,
    async send(sending: Sending = {}) {
      const { path = "/webhooks/github", method = "POST", body = "{}" } = sending;
      const headers = deliveryHeaders(sending);
      const response = await fetch(url(path), { method, headers, ...(method !== "GET" && { body }) });
      return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
    },
    async get(path: string) {
      const response = await fetch(url(path));
      return { status: response.status, text: await response.text() };
    },
    /** A connection of its own, for what no client would send. */
    open: () => openSocket(serving.port),
  };
}

export type ServeKit = Awaited<ReturnType<typeof startServeKit>>;

/** A connection to write to as it comes; `answer` is everything that came back until it was closed. */
export function openSocket(port: number) {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.setEncoding("latin1").on("data", (chunk) => {
    text += chunk;
  });
  // The server may close while something is still under way; what was answered by then counts.
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  return {
    socket,
    write: (data: string | Buffer) => void socket.write(data),
    /** So far. */
    received: () => text,
    closed,
    async answer(): Promise<string> {
      await closed;
      return text;
    },
  };
}

/** The head of a delivery as text; `more` lines come last. */
export function deliveryHead(sending: Sending, more: readonly string[], version = "HTTP/1.1"): string {
  const headers = Object.entries(deliveryHeaders(sending)).map(([name, value]) => `${name}: ${value}`);
  const { method = "POST", path = "/webhooks/github" } = sending;
  return [`${method} ${path} ${version}`, "host: froussard", ...headers, ...more, "", ""].join("\r\n");
}
