import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { mediatorAddress } from "./mediator-address.ts";
import { createMediatorClient, type MediatorClientOptions } from "./mediator-client.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});
const closed = { state: "closed", outcome: "done" };

async function clientOf(listener: RequestListener, options: Partial<MediatorClientOptions> = {}) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  const address = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
  return createMediatorClient({
    ...{ address, bearer: "secret", signal: new AbortController().signal, retryDelaysMs: [1, 1, 1] },
    ...options,
  });
}

describe("the mediator's client", () => {
  test("carries bearer and host, and checks the answer", async () => {
    const client = await clientOf((request, response) => {
      const { authorization, host } = request.headers;
      response.end(JSON.stringify({ ...closed, detail: `${authorization} ${host?.startsWith("127.0.0.1:")}` }));
    });
    expect(await client.task()).toEqual({ ...closed, detail: "Bearer secret true" });
  });

  test.each<[string, (number | "cut")[], unknown]>([
    ["503, then an answer", [503, 429, 200], closed],
    ["a lost connection, then an answer", ["cut", 200], closed],
    ["a result that was there already", ["cut", 409, 200], closed],
  ])("tries again: %s", async (_, answers, expected) => {
    const client = await clientOf((request, response) => {
      request.resume();
      const answer = answers.shift();
      if (answer === "cut") request.socket.destroy();
      else response.writeHead(answer ?? 500).end(JSON.stringify(closed));
    });
    expect(await client.result({ kind: "failure", code: "internal", detail: "" })).toEqual(expected);
  });

  test.each([400, 401, 404, 413])("gives up at once at %i", async (status) => {
    let calls = 0;
    const client = await clientOf((request, response) => {
      calls++;
      request.resume();
      response.writeHead(status).end();
    });
    await expect(client.result({ kind: "plan", plan: {} })).rejects.toThrow(`mediator answered ${status} to /result`);
    expect(calls).toBe(1);
  });

  test("gives up when nobody answers", async () => {
    const client = await clientOf(() => {}, { longTimeoutMs: 20 });
    await expect(client.task()).rejects.toThrow("mediator did not answer /task in 20 ms");
  });

  test("an answer that breaks the protocol is an error", async () => {
    const client = await clientOf((_, response) => response.end('{"state":"odd"}'));
    await expect(client.task()).rejects.toThrow();
  });

  test("ends with its signal", async () => {
    const aborter = new AbortController();
    const client = await clientOf(() => aborter.abort(new Error("stop")), { signal: aborter.signal });
    await expect(client.task()).rejects.toThrow("stop");
  });
});

test.each([
  ["unix:/run/m.sock", { socketPath: "/run/m.sock" }],
  ["http://10.1.2.3:8080", { host: "10.1.2.3", port: 8080 }],
  ["http://[::1]:8080", { host: "::1", port: 8080 }],
  ["http://mediator", { host: "mediator", port: 80 }],
  ["https://example.org", undefined],
  ["http://user@example.org", undefined],
  ["http://example.org/path", undefined],
  ["unix:relative", undefined],
  ["", undefined],
])("MEDIATOR_URL %j", (text, address) => {
  expect(mediatorAddress.safeParse(text).data).toEqual(address);
});
