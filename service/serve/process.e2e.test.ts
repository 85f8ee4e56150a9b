import { afterEach, describe, expect, test } from "vitest";
import { deliveryHead, deliveryHeaders, openSocket, type Sending } from "../testing/serve-kit.ts";
import { type ServeProcess, startServeProcess } from "../testing/serve-process.ts";

/** What a process of its own shows alone: its memory, its signals, its exit code. */
let serve: ServeProcess;
afterEach(() => serve.stop());

const megabytes = (count: number) => count * 1024 * 1024;
const padded = (size: number) => Buffer.from(`{"pad":"${"x".repeat(size - 10)}"}`);

async function send(sending: Sending): Promise<number> {
  const { body = "{}" } = sending;
  const url = `http://127.0.0.1:${serve.port}/webhooks/github`;
  const response = await fetch(url, { method: "POST", headers: deliveryHeaders(sending), body });
  await response.text();
  return response.status;
}

const all = <T>(count: number, each: (n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => each(n)));

describe("memory stays bounded, and the next delivery is taken", () => {
  const check = async (what: string, below: number, load: () => Promise<void>) => {
    serve = await startServeProcess();
    await all(20, () => send({ event: "ping" }));
    const before = await serve.memory();
    await load();
    const after = await serve.memory();
    console.info(`${what}: ${before.now} MiB before, ${after.peak} at most, ${after.now} after`);
    expect(after.peak - before.now).toBeLessThan(below);
    expect(await send({ event: "ping" })).toBe(202);
  };

  test("under deliveries of 25 MB, many at a time", () =>
    check("40 deliveries of 25 MB, 8 at a time", 150, async () => {
      const body = padded(megabytes(25));
      for (let round = 0; round < 5; round++)
        expect(await all(8, () => send({ event: "push", body }))).toEqual(Array(8).fill(202));
    }));

  test("under deliveries of 26 MB", () =>
    check("16 deliveries of 26 MB", 100, async () => {
      const body = padded(megabytes(26));
      await all(16, async () => {
        const { write, answer } = openSocket(serve.port);
        write(deliveryHead({ body, event: "push" }, [`content-length: ${body.length}`]));
        write(body);
        // It may be cut while it still sends; what it must not be is taken.
        expect(await answer()).toMatch(/^(HTTP\/1.1 413 .*)?/);
      });
    }));

  test("under issues' events of 2 MB that nobody signed, more than there is room for", () =>
    // Those that gave way are garbage, which Node.js collects in its own time.
    check("200 unfinished bodies of 2 MB", 250, async () => {
      const half = padded(megabytes(1.5));
      const open = Array.from({ length: 200 }, () => openSocket(serve.port));
      for (const { write } of open) {
        write(deliveryHead({ body: "{}" }, [`content-length: ${megabytes(2)}`]));
        write(half);
      }
      const answers = await Promise.all(open.map(({ answer }) => answer()));
      expect(new Set(answers.map((text) => text.slice(9, 12)))).toEqual(new Set(["408", "503"]));
    }));

  test("under bodies in chunks of one byte", () =>
    check("20 bodies of 300,000 chunks", 150, async () => {
      const chunks = Buffer.from("1\r\nx\r\n".repeat(300_000));
      await all(20, async () => {
        const { write, answer } = openSocket(serve.port);
        write(deliveryHead({ body: "{}" }, ["transfer-encoding: chunked", "connection: close"]));
        write(chunks);
        write("0\r\n\r\n");
        expect(await answer()).toMatch(/^(HTTP\/1.1 400 .*)?/);
      });
    }));

  test("under a thousand connections that say nothing, and a thousand headers each", () =>
    check("1,000 silent connections, 200 requests of 1,000 headers", 150, async () => {
      const silent = Array.from({ length: 1_000 }, () => openSocket(serve.port));
      const headers = Array.from({ length: 1_000 }, (_, n) => `x${n}: y`);
      await all(200, async () => {
        const { write, answer } = openSocket(serve.port);
        write(deliveryHead({}, [...headers, "content-length: 2"]));
        expect(await answer()).toMatch(/^HTTP\/1.1 431 /);
      });
      await Promise.all(silent.map(({ closed }) => closed));
    }));
});

describe("told to end", () => {
  test("finishes the delivery in hand and ends with 0", async () => {
    serve = await startServeProcess();
    const { write, answer } = openSocket(serve.port);
    write(deliveryHead({ event: "ping" }, ["content-length: 2"]));
    write("{");
    await expect.poll(() => send({ event: "ping" })).toBe(202);
    serve.kill("SIGTERM");
    await expect.poll(serve.output).toContain("what is in hand is finished");
    write("}");
    expect(await answer()).toMatch(/^HTTP\/1.1 202 [\s\S]*connection: close/);
    expect(await serve.ended).toEqual({ code: 0, signal: null });
  });

  test("cuts what does not end within its grace, says so, and ends with 1", async () => {
    serve = await startServeProcess({ SHUTDOWN_GRACE_SECONDS: "1" });
    const { write, answer } = openSocket(serve.port);
    write(deliveryHead({ event: "ping" }, ["content-length: 2"]));
    write("{");
    await expect.poll(() => send({ event: "ping" })).toBe(202);
    const told = performance.now();
    serve.kill("SIGTERM");
    expect(await serve.ended).toEqual({ code: 1, signal: null });
    expect(performance.now() - told).toBeLessThan(3_000);
    expect(await answer()).toBe("");
    expect(serve.output()).toContain("cut: deliveries in hand");
  });

  test("twice ends at once", async () => {
    serve = await startServeProcess({ SHUTDOWN_GRACE_SECONDS: "60" });
    const { write } = openSocket(serve.port);
    write(deliveryHead({ event: "ping" }, ["content-length: 2"]));
    write("{");
    await expect.poll(() => send({ event: "ping" })).toBe(202);
    serve.kill("SIGTERM");
    await expect.poll(serve.output).toContain("what is in hand is finished");
    serve.kill("SIGTERM");
    expect(await serve.ended).toEqual({ code: 130, signal: null });
  });
});

test("dead letters have a port of their own, and the webhooks' does not know them", async () => {
  serve = await startServeProcess({ DEAD_LETTER_PORT: "0" });
  const port = await serve.portOf("taking dead letters");
  expect(serve.output()).toContain("set DEAD_LETTER_TOKEN");
  const post = (to: number) => fetch(`http://127.0.0.1:${to}/dead-letters`, { method: "POST", body: "{}" });
  expect((await post(port)).status).toBe(200);
  expect((await post(serve.port)).status).toBe(404);
  const metrics = await fetch(`http://127.0.0.1:${serve.port}/metrics`).then((answer) => answer.text());
  expect(metrics).toContain('froussard_dead_letters_total{stage="other"} 1');
  serve.kill("SIGTERM");
  expect(await serve.ended).toEqual({ code: 0, signal: null });
});
