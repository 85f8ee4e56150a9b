import { describe, expect, test, vi } from "vitest";
import { GroupedSender, type SenderOptions } from "./grouped-sender.ts";
import { type SizedRecord, sizedRecord } from "./sized-record.ts";

const record = (name: string, size = 10) =>
  sizedRecord({ topic: "t", key: name, headers: {}, value: Buffer.alloc(size) }, "t");
const refusal = (apiId: string) => Object.assign(new Error(apiId), { apiId });
const refused = () => Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
const names = (records: readonly SizedRecord[]) => records.map(({ key }) => key).join(" ");

/** A client that the test settles by hand; `sends` holds what it was given. */
function setUp(options: Partial<SenderOptions> = {}) {
  const sends: { records: string; resolve: () => void; reject: (error: Error) => void }[] = [];
  const faults: string[] = [];
  const sender = new GroupedSender({
    send(records) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      sends.push({ records: names(records), resolve, reject });
      return promise;
    },
    onFault: ({ code }) => void faults.push(code),
    onAcknowledged: () => {},
    pauseMs: 1,
    ...options,
  });
  const publish = (name: string, { size = 10, withinMs = 2_000 } = {}) =>
    sender.publish([record(name, size)], withinMs);
  const sent = (count: number) => vi.waitUntil(() => sends.length >= count, { interval: 1 });
  return { sender, sends, faults, publish, sent };
}

describe("publishes at the same time", () => {
  test("the first goes at once; those that come meanwhile go together", async () => {
    const { sends, publish, sent } = setUp();
    const all = [publish("a"), publish("b"), publish("c")];
    expect(sends.map(({ records }) => records)).toEqual(["a"]);
    sends[0]?.resolve();
    await sent(2);
    expect(sends[1]?.records).toBe("b c");
    sends[1]?.resolve();
    await Promise.all(all);
  });

  test("one that comes right after the last was sent goes at once, too", async () => {
    const { publish } = setUp({ send: () => Promise.resolve() });
    for (const name of ["a", "b", "c"]) await publish(name, { withinMs: 200 });
  });

  test("no more go together than fit", async () => {
    const { sends, publish, sent } = setUp({ groupBytes: 250 });
    const all = ["a", "b", "c", "d"].map((name) => publish(name, { size: 50 }));
    sends[0]?.resolve();
    await sent(2);
    expect(sends[1]?.records).toBe("b c");
    sends[1]?.resolve();
    await sent(3);
    sends[2]?.resolve();
    await Promise.all(all);
  });

  test("a refused record fails alone; its neighbours are sent again, each by itself", async () => {
    const bad = new Set(["c"]);
    const sent: string[] = [];
    const { faults, publish } = setUp({
      async send(records) {
        sent.push(names(records));
        await Promise.resolve();
        if (records.some(({ key }) => bad.has(key))) throw refusal("MESSAGE_TOO_LARGE");
      },
    });
    const results = await Promise.allSettled(["a", "b", "c", "d"].map((name) => publish(name)));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(results[2]).toMatchObject({ reason: { code: "TOO_LARGE" } });
    expect(sent).toEqual(["a", "b c d", "b", "c", "d"]);
    expect(faults).toEqual(["TOO_LARGE", "TOO_LARGE"]);
  });
});

describe("when sends fail", () => {
  test("what passes is tried again, as a whole, until it passes", async () => {
    let failures = 3;
    const sent: string[] = [];
    const { publish } = setUp({
      async send(records) {
        sent.push(names(records));
        await Promise.resolve();
        if (failures-- > 0) throw refused();
      },
    });
    await Promise.all([publish("a"), publish("b")]);
    expect(sent).toEqual(["a", "a b", "a b", "a b"]);
  });

  test("what somebody must correct is refused at once", async () => {
    const { publish } = setUp({ send: async () => Promise.reject(refusal("SASL_AUTHENTICATION_FAILED")) });
    await expect(publish("a")).rejects.toMatchObject({
      code: "AUTHENTICATION",
      message: expect.stringContaining("KAFKA_PASSWORD"),
    });
  });

  test("a publish ends in its time, saying what was wrong", async () => {
    const { publish } = setUp({ send: () => Promise.reject(refused()) });
    await expect(publish("a", { withinMs: 30 })).rejects.toMatchObject({
      code: "UNREACHABLE",
      message: expect.stringMatching(/^not in Kafka within 30 ms: Kafka cannot be reached/),
    });
  });
});

describe("a client that hangs", () => {
  test("keeps no publish beyond its time; what was not sent by then is never sent", async () => {
    const { sends, publish, sent } = setUp({ attemptMs: 60_000 });
    const hung = publish("a", { withinMs: 20 });
    const waiting = publish("b", { withinMs: 20 });
    const patient = publish("c");
    await expect(hung).rejects.toMatchObject({ code: "TOO_LATE" });
    await expect(waiting).rejects.toMatchObject({ code: "TOO_LATE" });
    sends[0]?.resolve();
    await sent(2);
    expect(sends.map(({ records }) => records)).toEqual(["a", "c"]);
    sends[1]?.resolve();
    await patient;
  });

  test("is given up after a while, and the records go to the next one", async () => {
    const { sends, faults, publish, sent } = setUp({ attemptMs: 20 });
    const done = publish("a");
    await sent(2);
    expect(faults).toEqual(["TIMEOUT"]);
    sends[1]?.resolve();
    await done;
    // Too late, and of no consequence.
    sends[0]?.reject(new Error("closed"));
  });
});

describe("the queue", () => {
  test("refuses what is beyond its number or its bytes at once, and takes more when there is room again", async () => {
    const { sends, publish, sent } = setUp({ maxWaiting: 2, maxBytes: 1_000 });
    const first = publish("a");
    const second = publish("b", { size: 500 });
    await expect(publish("c", { size: 500 })).rejects.toMatchObject({ code: "QUEUE_FULL" });
    const third = publish("c");
    await expect(publish("d")).rejects.toMatchObject({ code: "QUEUE_FULL" });
    sends[0]?.resolve();
    await sent(2);
    sends[1]?.resolve();
    await Promise.all([first, second, third]);
    const large = publish("e", { size: 5_000 });
    await sent(3);
    sends[2]?.resolve();
    await large;
  });

  test("is emptied by close, and takes nothing more", async () => {
    const { sender, sends, publish, sent } = setUp();
    const all = [publish("a"), publish("b")];
    const closed = sender.close(2_000);
    await expect(publish("c")).rejects.toMatchObject({ code: "CLOSED" });
    sends[0]?.resolve();
    await sent(2);
    sends[1]?.resolve();
    await Promise.all([...all, closed]);
  });

  test("is given up by close when its grace is over", async () => {
    const { sender, publish } = setUp();
    const results = Promise.allSettled([publish("a", { withinMs: 100 }), publish("b")]);
    await sender.close(10);
    const [, waiting] = await results;
    expect(waiting).toMatchObject({ reason: { code: "CLOSED" } });
  });
});
