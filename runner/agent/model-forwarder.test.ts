import { once } from "node:events";
import { createServer, type RequestListener, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { startModelForwarder } from "./model-forwarder.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function forwarderTo(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
  let bytes = 0;
  const forwarder = await startModelForwarder({ address, bearer: "secret", onBytes: () => bytes++ });
  closers.push(
    forwarder.close,
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return { ...forwarder, signs: () => bytes };
}

describe("the model forwarder", () => {
  test("passes a request on with the bearer, and the answer back", async () => {
    const { baseUrl, signs } = await forwarderTo(async (incoming, outgoing) => {
      const body = await text(incoming);
      outgoing.writeHead(429, { "retry-after": "7" });
      outgoing.end(
        `${incoming.method} ${incoming.url} ${incoming.headers.authorization} ${incoming.headers["session-id"]} ${body}`,
      );
    });
    const response = await fetch(`${baseUrl}/responses`, {
      method: "POST",
      body: "{}",
      headers: { authorization: "Bearer forged", "session-id": "s" },
    });
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("7");
    expect(await response.text()).toBe("POST /v1/responses Bearer secret s {}");
    expect(signs()).toBeGreaterThanOrEqual(2);
  });

  test.each([
    ["GET", "/responses"],
    ["POST", "/models"],
    ["POST", "/responses/../../task"],
    ["POST", "/responses?x=1"],
    ["DELETE", "/responses"],
  ])("refuses %s %s without asking anybody", async (method, path) => {
    const { baseUrl } = await forwarderTo(() => expect.unreachable());
    const call = request(`${baseUrl}${path}`, { method });
    call.end();
    const [response] = await once(call, "response");
    expect(response.statusCode).toBe(404);
  });

  test("passes parts of a stream on as they come, and an end on one side to the other", async () => {
    const gone = Promise.withResolvers<void>();
    const { baseUrl } = await forwarderTo((incoming, outgoing) => {
      incoming.resume();
      outgoing.on("close", gone.resolve);
      outgoing.writeHead(200, { "content-type": "text/event-stream" });
      outgoing.write("data: 1\n\n");
    });
    const aborter = new AbortController();
    const response = await fetch(`${baseUrl}/responses`, { method: "POST", body: "{}", signal: aborter.signal });
    const first = await response.body?.getReader().read();
    expect(new TextDecoder().decode(first?.value)).toBe("data: 1\n\n");
    aborter.abort();
    await gone.promise;
  });

  test("a cut stream stays cut", async () => {
    const { baseUrl } = await forwarderTo((incoming, outgoing) => {
      incoming.resume();
      outgoing.writeHead(200).write("half", () => outgoing.destroy());
    });
    const response = await fetch(`${baseUrl}/responses`, { method: "POST", body: "{}" });
    await expect(response.text()).rejects.toThrow();
  });

  test("an unreachable mediator is a 502", async () => {
    const { baseUrl } = await forwarderTo((incoming) => incoming.socket.destroy());
    expect((await fetch(`${baseUrl}/responses`, { method: "POST", body: "{}" })).status).toBe(502);
  });
});
