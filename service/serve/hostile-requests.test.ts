import { headers } from "@froussard/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deliveryHead, type Sending, type ServeKit, sign, startServeKit } from "../testing/serve-kit.ts";
import { ByteBudget } from "./byte-budget.ts";
import type { ServeOptions } from "./start-serve.ts";

let kit: ServeKit;
const start = async (options: ServeOptions = {}) => {
  await kit?.serving.stop(0);
  kit = await startServeKit(options);
};
beforeEach(() => start());
/** Whatever came, the next one is served. */
afterEach(async () => {
  expect((await kit.send({ event: "ping" })).status).toBe(202);
  await kit.serving.stop(0);
});

/** Sends all of it on one connection, and says what came back until it was closed. */
async function exchange(...data: (string | Buffer)[]): Promise<string> {
  const { write, answer } = kit.open();
  for (const each of data) write(each);
  return answer();
}

const json = { body: "{}" };
const length = (size: number) => `content-length: ${size}`;
const statuses = (answers: string) => [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

describe("slow senders", () => {
  beforeEach(() => start({ times: { headersMs: 150, requestMs: 600, checkMs: 20 }, requestMs: 300 }));

  test("a connection that sends nothing, or never ends its headers, is answered 408 and closed", async () => {
    expect(statuses(await exchange())).toEqual([408]);
    expect(statuses(await exchange("POST /webhooks/github HTTP/1.1\r\nhost: x\r\nx: y"))).toEqual([408]);
  });

  test("a body that does not come whole in time is answered 408 and closed", async () => {
    const answer = await exchange(deliveryHead(json, [length(2)]), "{");
    expect(statuses(answer)).toEqual([408]);
    expect(answer).toContain("the body did not come within");
    expect(kit.batches).toEqual([]);
  });

  test("the rest of a refused body is not waited for longer than for any request", async () => {
    const head = deliveryHead({ ...json, headers: { "content-type": "text/xml" } }, [length(1_000_000)]);
    expect(statuses(await exchange(head, "<"))[0]).toBe(415);
  });

  test("a body that comes byte by byte is taken", async () => {
    const { write, received, socket } = kit.open();
    const body = '{"zen":"slow"}';
    write(deliveryHead({ body, event: "ping" }, [length(body.length)]));
    socket.setNoDelay(true);
    for (const letter of body) {
      write(letter);
      await new Promise(setImmediate);
    }
    await expect.poll(received).toMatch(/^HTTP\/1.1 202 /);
    expect(kit.batches[0]?.[0]?.value.toString()).toBe(body);
    socket.destroy();
  });
});

describe("bodies", () => {
  test("that end too early are forgotten without an answer", async () => {
    const { socket, write } = kit.open();
    write(deliveryHead(json, [length(10)]));
    write("{}");
    socket.destroySoon();
    await expect.poll(() => kit.logged.at(-1)).toMatchObject({ message: "the sender went away" });
    expect(kit.batches).toEqual([]);
  });

  test("longer than announced: the rest is no request", async () => {
    expect(statuses(await exchange(deliveryHead(json, [length(2)]), "{}{}{}\r\n\r\n"))).toEqual([202, 400]);
    expect(kit.batches).toHaveLength(1);
  });

  test("shorter in truth than signed do not fit", async () => {
    const answer = await exchange(deliveryHead({ body: "{}  " }, [length(2), "connection: close"]), "{}  ");
    expect(statuses(answer)).toEqual([401]);
  });

  test("that come in crumbs are refused long before they are whole", async () => {
    const answer = await exchange(deliveryHead(json, ["transfer-encoding: chunked"]), "1\r\nx\r\n".repeat(10_000));
    expect(statuses(answer)).toEqual([400]);
    expect(answer).toContain("too many small pieces");
  });

  test.each<[string, string]>([
    ["announces", ""],
    ["sends", `${(26 * 1024 * 1024).toString(16)}\r\n${"x".repeat(26 * 1024 * 1024)}\r\n`],
  ])("a sender that %s more than 25 MB is answered 413 at once", async (_, body) => {
    const how = body === "" ? length(26 * 1024 * 1024) : "transfer-encoding: chunked";
    expect(statuses(await exchange(deliveryHead(json, [how]), body))).toEqual([413]);
    expect(kit.batches).toEqual([]);
  });

  test("are only so many at a time; whoever has not sent all of one yet makes room for whoever comes", async () => {
    const budget = new ByteBudget(100_000);
    await start({ budget });
    const body = `{"pad":"${"x".repeat(60_000)}"}`;
    const first = kit.open();
    first.write(deliveryHead({ body }, [length(body.length)]));
    first.write(body.slice(0, -1));
    await expect.poll(() => budget.held).toBeGreaterThan(60_000);
    expect((await kit.send({ body })).status).toBe(202);
    const answer = await first.answer();
    expect(statuses(answer)).toEqual([503]);
    expect(answer).toContain("retry-after: 5");
    expect(answer).toContain("too many bodies");
    expect(kit.batches).toHaveLength(1);
    expect(budget.held).toBe(0);
  });

  test("that came whole are kept until they are published; those beyond are to come again", async () => {
    const budget = new ByteBudget(100_000);
    await start({ budget });
    const body = `{"pad":"${"x".repeat(60_000)}"}`;
    const { promise, resolve } = Promise.withResolvers<void>();
    const { publish } = kit.world;
    kit.world.publish = async (records) => {
      await promise;
      await publish(records);
    };
    const first = kit.send({ body });
    await expect.poll(() => budget.held).toBeGreaterThan(60_000);
    expect((await kit.send({ body })).status).toBe(503);
    resolve();
    expect((await first).status).toBe(202);
    expect(budget.held).toBe(0);
  });

  test("of many senders who never end keep nobody else out", async () => {
    await start({ budget: new ByteBudget(100_000) });
    const slow = Array.from({ length: 50 }, () => kit.open());
    for (const { write } of slow) {
      write(deliveryHead(json, [length(10_000)]));
      write("x".repeat(9_999));
    }
    await Promise.race(slow.map(({ closed }) => closed));
    for (let n = 0; n < 5; n++) expect((await kit.send({ body: `{"pad":"${"x".repeat(20_000)}"}` })).status).toBe(202);
    for (const { socket } of slow) socket.destroy();
  });
});

describe("connections", () => {
  const waiting = "POST /webhooks/github HTTP/1.1\r\nhost: x\r\n";

  test("beyond the limit cost those that have kept us waiting longest, not whoever comes", async () => {
    await start({ maxConnections: 20 });
    const silent = Array.from({ length: 100 }, () => kit.open());
    for (const { write } of silent) write(waiting);
    expect((await kit.send({ event: "ping" })).status).toBe(202);
    expect(await kit.get("/health/liveness")).toMatchObject({ status: 200 });
    await Promise.all(silent.slice(0, 80).map(({ closed }) => closed));
    for (const { socket } of silent) socket.destroy();
  });

  test("with a delivery that is being published stay, whoever comes", async () => {
    await start({ maxConnections: 5 });
    const { promise, resolve } = Promise.withResolvers<void>();
    let publishing = 0;
    kit.world.publish = () => {
      publishing++;
      return promise;
    };
    const inHand = Array.from({ length: 5 }, () => kit.open());
    for (const { write } of inHand) write(`${deliveryHead(json, [length(2), "connection: close"])}{}`);
    await expect.poll(() => publishing).toBe(5);
    const late = Array.from({ length: 10 }, () => kit.open());
    await Promise.all(late.map(({ closed }) => closed));
    resolve();
    for (const { answer } of inHand) expect(statuses(await answer())).toEqual([202]);
  });

  test("that send many requests without waiting for answers are cut", async () => {
    const { write, answer } = kit.open();
    write("GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n".repeat(5_000));
    expect(statuses(await answer()).length).toBeLessThan(20);
  });
});

describe("transfer codings", () => {
  const chunked = "transfer-encoding: chunked";

  test("a chunked body is taken, in pieces of any size and with trailers", async () => {
    const answer = await exchange(
      deliveryHead(json, [chunked, "connection: close"]),
      "1;name=value\r\n{\r\n1\r\n}\r\n0\r\nx-github-event: push\r\n\r\n",
    );
    expect(statuses(answer)).toEqual([202]);
    expect(kit.batches[0]?.[0]?.headers[headers.event]).toBe("issues");
  });

  test.each<[string, string[], string]>([
    ["with a length besides", [chunked, length(2)], "2\r\n{}\r\n0\r\n\r\n"],
    ["with two lengths", [length(2), length(3)], "{}"],
    ["with a length that is no number", ["content-length: 2, 2"], "{}"],
    ["with a negative length", ["content-length: -1"], "{}"],
    ["with chunked not last", ["transfer-encoding: chunked, gzip"], "2\r\n{}\r\n0\r\n\r\n"],
    ["with another coding besides", ["transfer-encoding: gzip, chunked"], "2\r\n{}\r\n0\r\n\r\n"],
    ["with a coding hidden by a tab", ["transfer-encoding:\tx-chunked"], "2\r\n{}\r\n0\r\n\r\n"],
    ["twice", [chunked, "transfer-encoding: identity"], "2\r\n{}\r\n0\r\n\r\n"],
    ["with a chunk size that is no number", [chunked], "zz\r\n{}\r\n0\r\n\r\n"],
    ["with a chunk that is longer than it says", [chunked], "1\r\n{}\r\n0\r\n\r\n"],
    ["with line breaks of one character", [chunked], "2\n{}\n0\n\n"],
    ["with a space before the colon", ["transfer-encoding : chunked"], "2\r\n{}\r\n0\r\n\r\n"],
    ["on a folded line", ["x: y", " transfer-encoding: chunked"], ""],
  ])("a request %s is answered 400 and ends its connection", async (_, lines, body) => {
    const answer = await exchange(deliveryHead(json, lines), body, "GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n");
    expect(statuses(answer)).toEqual([400]);
    expect(answer).toMatch(/\{"error":"[^"]+"\}/);
    expect(kit.batches).toEqual([]);
  });
});

describe("headers", () => {
  test("more than 100, or more than 16 KiB, are answered 431", async () => {
    const many = Array.from({ length: 1_000 }, (_, at) => `x${at}: y`);
    expect(statuses(await exchange(deliveryHead(json, [...many, length(2)]), "{}"))).toEqual([431]);
    expect(statuses(await exchange(deliveryHead(json, [`x: ${"y".repeat(17_000)}`, length(2)]), "{}"))).toEqual([431]);
    expect(kit.batches).toEqual([]);
  });

  test.each<[string, string[], number]>([
    ["x-github-event", ["x-github-event: push"], 400],
    ["x-github-delivery", ["x-github-delivery: 2"], 400],
    ["x-hub-signature-256", [`x-hub-signature-256: ${sign("{}")}`], 401],
  ])("%s given twice is refused", async (_, lines, status) => {
    const answer = await exchange(deliveryHead(json, [...lines, length(2), "connection: close"]), "{}");
    expect(statuses(answer)).toEqual([status]);
    expect(kit.batches).toEqual([]);
  });

  test("with bytes that are no ASCII do no harm", async () => {
    const head = Buffer.from(deliveryHead({ ...json, event: "\xff\xfe" }, [length(2), "connection: close"]), "latin1");
    expect(statuses(await exchange(head, "{}"))).toEqual([400]);
  });

  test("without Host are refused, as HTTP/1.1 asks", async () => {
    const head = deliveryHead(json, [length(2)]).replace("host: froussard\r\n", "");
    expect(statuses(await exchange(head, "{}"))).toEqual([400]);
  });
});

describe("kinds of request", () => {
  const whole = (sending: Sending, more: string[] = [], version?: string) =>
    `${deliveryHead(sending, [length(2), ...more], version)}{}`;

  test("of HTTP/1.0 is taken, and its connection closed", async () => {
    expect(statuses(await exchange(whole(json, [], "HTTP/1.0")))).toEqual([202]);
  });

  test("several on one connection, sent at once, are answered in order", async () => {
    const answer = await exchange(
      whole(json) + whole({ ...json, path: "/x" }) + whole({ ...json, event: "push" }, ["connection: close"]),
    );
    expect(statuses(answer)).toEqual([202, 404, 202]);
  });

  test("with an address as its target is taken, as every server must", async () => {
    const target = { ...json, path: "http://froussard/webhooks/github?x=y" };
    expect(statuses(await exchange(whole(target, ["connection: close"])))).toEqual([202]);
    expect(statuses(await exchange(whole({ ...json, path: "*" }, ["connection: close"])))).toEqual([404]);
    expect(statuses(await exchange(whole({ ...json, path: "//" }, ["connection: close"])))).toEqual([404]);
  });

  test("to become another protocol stays what it is", async () => {
    const upgrade = ["connection: upgrade, close", "upgrade: websocket"];
    expect(statuses(await exchange(whole(json, upgrade)))).toEqual([202]);
  });

  test("CONNECT, a greeting of TLS and HTTP/2 get no further", async () => {
    expect(statuses(await exchange("CONNECT x:443 HTTP/1.1\r\nhost: x\r\n\r\n"))).toEqual([]);
    expect(statuses(await exchange(Buffer.from("160301020001", "hex")))).toEqual([400]);
    expect(statuses(await exchange("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))).toEqual([400]);
  });

  test("that waits to be told is told to go on only when its headers are good", async () => {
    const good = kit.open();
    good.write(deliveryHead(json, [length(2), "expect: 100-continue", "connection: close"]));
    await expect.poll(good.received).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    good.write("{}");
    expect(statuses(await good.answer())).toEqual([100, 202]);
    // Not told, it may send the body or leave it out: the connection cannot be used any further.
    const refused = deliveryHead({ ...json, headers: { "content-type": "text/xml" } }, [
      length(2),
      "expect: 100-continue",
    ]);
    expect(statuses(await exchange(refused))).toEqual([415]);
    expect(
      statuses(await exchange(deliveryHead(json, [length(2), "expect: 200-ok", "connection: close"]), "{}")),
    ).toEqual([417]);
  });
});
