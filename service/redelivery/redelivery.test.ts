import { RequestError } from "@octokit/request-error";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { HookAccess, HookDelivery } from "../github-access.ts";
import { ManualClock } from "../testing/manual-clock.ts";
import { Redelivery, type RedeliveryOptions } from "./redelivery.ts";

const minute = 60_000;
const hook = { id: 7, repository: "octocat/hello" };

let clock: ManualClock;
/** Newest first, as GitHub lists them. */
let list: HookDelivery[];
let asked: string[];
let requests: (string | undefined)[];
let fail: (what: "list" | "ask") => Error | undefined;
let down: string | undefined;
let logged: string[];
let results: string[];
let stop: AbortController;
let running: Promise<void>[];

const error = (status: number, headers: Record<string, string> = {}) =>
  new RequestError(`status ${status}`, status, {
    request: { method: "GET", url: "https://api.github.com/", headers: {} },
    response: { status, headers, url: "https://api.github.com/", data: {} },
  });

/** GitHub, with pages of ten. */
const github: HookAccess = {
  async listDeliveries(_, cursor) {
    requests.push(cursor);
    const failure = fail("list");
    if (failure) throw failure;
    const from = cursor === undefined ? 0 : list.findIndex(({ id }) => id === cursor);
    const next = list[from + 10]?.id;
    return { deliveries: list.slice(from, from + 10), ...(next !== undefined && { next }) };
  },
  async redeliver(_, id) {
    const failure = fail("ask");
    if (failure) throw failure;
    const guid = list.find((each) => each.id === id)?.guid ?? "?";
    asked.push(guid);
    deliver(202, { guid, redelivery: true });
  },
};

let lastId = 9_007_199_254_740_993n;
function deliver(statusCode: number, more: Partial<HookDelivery> = {}): void {
  const id = String(++lastId);
  const ok = statusCode === 202;
  list.unshift({
    id,
    guid: `guid-${id}`,
    deliveredAt: clock.now().toISOString(),
    redelivery: false,
    ok,
    statusCode,
    ...more,
  });
}

beforeEach(() => {
  clock = new ManualClock(new Date("2026-03-01T12:00:00Z"));
  [list, asked, requests, logged, results, running] = [[], [], [], [], [], []];
  fail = () => undefined;
  down = undefined;
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await Promise.all(running);
});

function start(more: Partial<RedeliveryOptions> = {}): Redelivery {
  const log = (fields: object, message: string) => logged.push(`${JSON.stringify(fields)} ${message}`);
  const made = new Redelivery({
    hooks: [hook],
    github,
    notReady: async () => down,
    clock,
    log: { debug() {}, info: log, warn: log, error: log },
    onRedelivery: (result) => results.push(result),
    random: () => 1,
    ...more,
  });
  running.push(made.run(stop.signal));
  return made;
}

describe("failed deliveries", () => {
  test("are asked for once, also after a restart", async () => {
    deliver(503);
    deliver(202);
    start();
    await clock.advance(10 * minute);
    start();
    await clock.advance(10 * minute);
    expect(asked).toEqual([list.at(-1)?.guid]);
    expect(results).toEqual(["asked"]);
    expect(logged).toEqual([expect.stringContaining(`"deliveryId":"${asked[0]}"`)]);
  });

  test("are found on all pages, and afterwards only what is new is read", async () => {
    for (let n = 0; n < 250; n++) deliver(n % 50 === 0 ? 0 : 202);
    await clock.advance(60 * minute);
    start();
    await clock.advance(5 * minute);
    expect(asked).toHaveLength(5);
    const before = requests.length;
    deliver(503);
    await clock.advance(10 * minute);
    expect(asked).toHaveLength(6);
    expect(requests.length - before).toBeLessThanOrEqual(20);
  });

  test("of a busy webhook are read a few pages at a time", async () => {
    for (let n = 0; n < 1000; n++) deliver(202);
    start();
    await clock.advance(30_000);
    expect(requests).toHaveLength(10);
    await clock.advance(minute);
    expect(requests).toHaveLength(20);
    expect(new Set(requests).size).toBe(20);
  });

  test("are asked for slowly, oldest first", async () => {
    const ago = (seconds: number) => new Date(clock.now().getTime() - seconds * 1000).toISOString();
    for (let n = 0; n < 12; n++) deliver(503, { deliveredAt: ago(60 - n) });
    const oldest = list.map(({ guid }) => guid).toReversed();
    start();
    await clock.advance(30_000);
    expect(asked).toEqual(oldest.slice(0, 5));
    await clock.advance(2 * minute);
    expect(asked).toEqual(oldest);
  });

  test("are left alone while what comes cannot be published, and asked for afterwards", async () => {
    deliver(503);
    down = "Kafka does not answer";
    start();
    await clock.advance(30 * minute);
    expect([asked, requests]).toEqual([[], []]);
    down = undefined;
    await clock.advance(2 * minute);
    expect(asked).toHaveLength(1);
  });

  test("wait while the token has little left", async () => {
    deliver(503);
    const made = start();
    const resetAt = new Date(clock.now().getTime() + 20 * minute).toISOString();
    made.note({ kind: "rest", cost: 0, remaining: 400, resetAt });
    made.note({ kind: "graphql", cost: 1, remaining: 1, resetAt: "2030-01-01T00:00:00Z" });
    deliver(503);
    const before = asked.length;
    await clock.advance(19 * minute);
    expect(asked).toHaveLength(before);
    await clock.advance(3 * minute);
    expect(asked).toHaveLength(2);
  });
});

describe("without the permission", () => {
  test.each([403, 404])("(%i) it is said once what to grant, and tried again by the hour", async (status) => {
    deliver(503);
    fail = () => error(status);
    start();
    await clock.advance(5 * 60 * minute);
    expect(requests.length).toBeGreaterThanOrEqual(5);
    expect(requests.length).toBeLessThanOrEqual(6);
    expect(logged).toEqual([
      expect.stringMatching(/grant the token Webhooks \(read and write; classic: admin:repo_hook\)/),
    ]);
    fail = () => undefined;
    await clock.advance(61 * minute);
    expect(asked).toHaveLength(1);
  });

  test("for an organization its own is named", async () => {
    fail = () => error(404);
    start({ hooks: [{ id: 8, organization: "github" }] });
    await clock.advance(minute);
    expect(logged).toEqual([expect.stringMatching(/"organization":"github".*organization Webhooks.*admin:org_hook/)]);
  });

  test("to ask, each delivery is tried once and told", async () => {
    deliver(503);
    fail = (what) => (what === "ask" ? error(404) : undefined);
    start();
    await clock.advance(10 * minute);
    expect(results).toEqual(["gone"]);
    expect(logged).toEqual([expect.stringMatching(/does not send the delivery again.*grant the token Webhooks/)]);
  });
});

describe("failures of GitHub", () => {
  test.each([
    ["answers 500", () => error(500)],
    ["is throttled", () => error(403, { "x-ratelimit-remaining": "0" })],
    ["does not answer", () => new Error("fetch failed")],
  ])("that %s slow it down, and it goes on by itself", async (_, failure) => {
    deliver(503);
    fail = failure;
    start();
    await clock.advance(5 * 60 * minute);
    expect(requests.length).toBeGreaterThan(8);
    expect(requests.length).toBeLessThan(16);
    fail = () => undefined;
    await clock.advance(31 * minute);
    expect(asked).toHaveLength(1);
  });

  test("leave open whether a delivery was taken: GitHub's list decides", async () => {
    deliver(503);
    const { guid } = list[0] ?? { guid: "" };
    let lost = true;
    fail = (what) => {
      if (what === "list" || !lost) return undefined;
      lost = false;
      deliver(202, { guid, redelivery: true });
      return new Error("fetch failed");
    };
    start();
    await clock.advance(30 * minute);
    expect([asked, results]).toEqual([[], ["failed"]]);
  });

  test("do not hold up a stop", async () => {
    fail = () => error(500);
    start();
    await clock.advance(minute);
    stop.abort();
    await Promise.all(running);
  });
});
