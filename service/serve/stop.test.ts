import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openedPayload } from "../testing/opened-payload.ts";
import { deliveryHead, type ServeKit, startServeKit } from "../testing/serve-kit.ts";

let kit: ServeKit;
let release: () => void;
let arrived: Promise<void>;
beforeEach(async () => {
  kit = await startServeKit({ requestMs: 5_000 });
  const published = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  release = published.resolve;
  arrived = asked.promise;
  kit.world.publish = () => {
    asked.resolve();
    return published.promise;
  };
});
afterEach(async () => {
  release();
  await kit.serving.stop(0);
});

const opened = () => JSON.stringify(openedPayload(kit.on));

describe("stopping", () => {
  test("finishes the delivery in hand, closes its connection, and takes no more", async () => {
    const answer = kit.send({ body: opened() });
    await arrived;
    const stopped = kit.serving.stop();
    await expect(fetch(kit.url("/health/liveness"))).rejects.toThrow();
    release();
    const { status, headers } = await answer;
    expect(status).toBe(202);
    expect(headers.get("connection")).toBe("close");
    expect(await stopped).toBe(true);
  });

  test("closes connections that only wait", async () => {
    const idle = kit.open();
    idle.write("GET /health/liveness HTTP/1.1\r\nhost: x\r\n\r\n");
    await expect.poll(idle.received).toContain('{"status":"ok"}');
    expect(await kit.serving.stop()).toBe(true);
    await idle.closed;
  });

  test("does not wait for connections that never come to a request", async () => {
    await kit.serving.stop(0);
    kit = await startServeKit({ times: { headersMs: 50, requestMs: 60_000, checkMs: 60_000 } });
    const { write, closed } = kit.open();
    write("POST /webhooks/github HTTP/1.1\r\nhost: x\r\n");
    await kit.get("/health/liveness");
    const stopped = performance.now();
    expect(await kit.serving.stop(30_000)).toBe(true);
    expect(performance.now() - stopped).toBeLessThan(10_000);
    await closed;
  });

  test("cuts what is not finished in its grace, and says so", async () => {
    const { write, answer } = kit.open();
    const body = opened();
    write(deliveryHead({ body }, [`content-length: ${Buffer.byteLength(body)}`]) + body);
    await arrived;
    expect(await kit.serving.stop(20)).toBe(false);
    expect(await answer()).toBe("");
  });

  test("leaves marks that hang to the loop, and is finished all the same", async () => {
    kit.access.addMark = () => new Promise(() => {});
    release();
    expect((await kit.send({ body: opened() })).status).toBe(202);
    expect(await kit.serving.stop(50)).toBe(true);
    expect(kit.logged.at(-1)).toMatchObject({ message: "marks left to the loop" });
  });

  test("twice is as good as once", async () => {
    expect(await Promise.all([kit.serving.stop(), kit.serving.stop()])).toEqual([true, true]);
  });
});
