import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json, text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { RunFailure } from "@froussard/contract";
import { afterEach, describe, expect, test } from "vitest";
import { emptyLedger } from "../ledger.ts";
import { type RunningServer, startServer } from "../server/start-server.ts";
import { createBudget } from "./budget.ts";
import { createInFlight } from "./in-flight.ts";
import { runOver } from "./model-error.ts";
import { createModelProxy, type ModelProxyOptions } from "./model-proxy.ts";

const bearer = "b".repeat(32);
const key = "sk-test-0123456789";
const completed = (input: number, cached: number, output: number) => ({
  type: "response.completed",
  response: { usage: { input_tokens: input, input_tokens_details: { cached_tokens: cached }, output_tokens: output } },
});
const sse = (event: object) => `event: x\ndata: ${JSON.stringify(event)}\n\n`;

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  body: unknown;
}
type Upstream = (request: IncomingMessage, response: ServerResponse, seen: Seen) => void | Promise<void>;

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A proxy on a real port before an upstream that the test scripts. */
async function setUp(
  upstream: Upstream,
  changes: Partial<ModelProxyOptions> & { limit?: number; maxRunning?: number; maxOutputTokens?: number } = {},
) {
  const seen: Seen[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const each = { method: incoming.method, url: incoming.url, headers: incoming.headers, body: await json(incoming) };
    seen.push(each);
    await upstream(incoming, outgoing, each);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const ledger = emptyLedger("m");
  const charged = Promise.withResolvers<void>();
  const failures: (RunFailure | undefined)[] = [];
  const proxy = createModelProxy({
    baseUrl: `http://127.0.0.1:${port}/v1`,
    apiKey: key,
    budget: createBudget({
      limit: changes.limit ?? 100_000,
      ledger,
      // Told also when something is set aside: counted is what is no longer.
      changed: () => ledger.open ?? charged.resolve(),
      maxOutputTokens: changes.maxOutputTokens ?? 1_000,
    }),
    inFlight: createInFlight(changes.maxRunning ?? 2, 1),
    stillWanted: async () => {},
    over: new AbortController().signal,
    noteFailure: (failure) => failures.push(failure),
    ...changes,
  });
  const front: RunningServer = await startServer({
    listen: { host: "127.0.0.1", port: 0 },
    bearer,
    routes: {
      "/v1/responses": {
        method: "POST",
        maxBytes: 10_000,
        handle: async (response, body, { headers }) => {
          const check = (bytes: Buffer) => ({
            body: (max: number) => JSON.stringify({ ...JSON.parse(bytes.toString()), max_output_tokens: max }),
          });
          await proxy({ path: "/responses", check, body, headers, response });
        },
      },
    },
    onError: (error) => {
      throw error;
    },
  });
  closers.push(() => front.close());
  const ask = (headers: Record<string, string> = {}, signal?: AbortSignal) =>
    fetch(`http://${front.listen}/v1/responses`, {
      method: "POST",
      headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json", ...headers },
      body: JSON.stringify({ hello: "x".repeat(292) }),
      ...(signal && { signal }),
    });
  return { ask, seen, ledger, failures, charged: charged.promise, front };
}

const codes = (failures: (RunFailure | undefined)[]) => failures.map((failure) => failure?.code);

test("the key is added, ids of the installation are not passed on, and usage is settled from the stream", async () => {
  const { ask, seen, ledger, failures } = await setUp((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "set-cookie": "a=b" });
    response.end(sse({ type: "response.created" }) + sse(completed(900, 100, 50)));
  });
  const answer = await ask({
    "x-codex-turn-metadata": "{}",
    "session-id": "s",
    originator: "codex_exec",
    cookie: "x=y",
  });
  expect(await answer.text()).toContain("response.completed");
  expect(answer.headers.get("set-cookie")).toBeNull();
  expect(seen[0]).toMatchObject({ method: "POST", url: "/v1/responses", body: { max_output_tokens: 1_000 } });
  expect(seen[0]?.headers).toMatchObject({ authorization: `Bearer ${key}`, originator: "codex_exec" });
  for (const name of ["x-codex-turn-metadata", "session-id", "cookie"])
    expect(seen[0]?.headers).not.toHaveProperty(name);
  expect(ledger).toMatchObject({
    inputTokens: 900,
    cachedInputTokens: 100,
    outputTokens: 50,
    requests: 1,
    estimated: false,
  });
  expect(failures).toEqual([undefined]);
});

test("a run that is over cuts what is under way, and nothing is asked of the model again", async () => {
  const over = new AbortController();
  const { ask, seen, ledger, charged } = await setUp(
    (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write(sse({ type: "response.created" }));
    },
    { over: over.signal },
  );
  const answer = await ask();
  over.abort(runOver("the run is over"));
  await expect(answer.text()).rejects.toThrow();
  await charged;
  expect(ledger).toMatchObject({ requests: 1, estimated: true });
  const next = await ask();
  expect([next.status, await next.json()]).toEqual([
    429,
    { error: expect.objectContaining({ code: "insufficient_quota" }) },
  ]);
  expect(seen).toHaveLength(1);
});

test("events pass as they come, not when the stream ends", async () => {
  const rest = Promise.withResolvers<void>();
  const { ask } = await setUp(async (_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(sse({ type: "response.created" }));
    await rest.promise;
    response.end(sse(completed(1, 0, 1)));
  });
  const reader = (await ask()).body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toContain("response.created");
  rest.resolve();
  expect((await reader?.read())?.value).toContain("response.completed");
});

test("a provider that is not there costs nothing; one that hangs up in the middle may have worked", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  closed.close();
  const nobody = await setUp(() => {}, { baseUrl: `http://127.0.0.1:${port}/v1` });
  expect((await nobody.ask()).status).toBe(502);
  await nobody.charged;
  expect(nobody.ledger).toMatchObject({ requests: 0, inputTokens: 0, outputTokens: 0, estimated: false });
  expect(nobody.failures.map((failure) => failure?.code)).toEqual(["model-unavailable"]);

  const rude = await setUp((incoming) => void incoming.socket.destroy());
  expect((await rude.ask()).status).toBe(502);
  await rude.charged;
  expect(rude.ledger).toMatchObject({ requests: 1, outputTokens: 1_000, estimated: true });
});

test("a stream that the provider cuts is charged its reservation", async () => {
  const { ask, ledger, failures, charged } = await setUp((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(sse({ type: "response.created" }), () => response.destroy());
  });
  await expect(ask().then((answer) => answer.text())).rejects.toThrow();
  await charged;
  expect(ledger).toMatchObject({ inputTokens: 102, outputTokens: 1_000, requests: 1, estimated: true });
  expect(codes(failures)).toEqual(["model-unavailable"]);
});

test("a stream that ends without its last event counts as cut", async () => {
  const { ask, ledger, failures } = await setUp((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.end(sse({ type: "response.created" }));
  });
  await (await ask()).text();
  expect(ledger.estimated).toBe(true);
  expect(codes(failures)).toEqual(["model-unavailable"]);
});

test("an agent that goes away ends the request to the provider, and pays for it", async () => {
  const gone = Promise.withResolvers<void>();
  const { ask, ledger, failures, charged } = await setUp((_, response) => {
    response.once("close", () => gone.resolve());
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(sse({ type: "response.created" }));
  });
  const aborter = new AbortController();
  const answer = await ask({}, aborter.signal);
  aborter.abort();
  await expect(answer.text()).rejects.toThrow();
  await gone.promise;
  await charged;
  expect(ledger.estimated).toBe(true);
  expect(failures).toEqual([]);
});

describe("the provider's refusals reach Codex typed, without the key, and cost nothing", () => {
  const error = (code: string | null, type = "invalid_request_error", message = "no") => ({
    error: { message, type, code, param: null },
  });
  test.each<[number, unknown, number, string | undefined]>([
    [
      401,
      error("invalid_api_key", "invalid_request_error", `Incorrect API key provided: ${key}; see sk-te****789`),
      401,
      "model-refused",
    ],
    [403, error(null), 403, "model-refused"],
    [429, error("insufficient_quota", "insufficient_quota"), 429, "model-refused"],
    [429, error("rate_limit_exceeded"), 429, "model-unavailable"],
    [404, error("model_not_found"), 404, "model-refused"],
    [400, error("context_length_exceeded"), 400, undefined],
    [500, error(null, "server_error"), 500, "model-unavailable"],
    [503, "<html>busy</html>", 503, "model-unavailable"],
    [302, "", 502, "model-unavailable"],
  ])("%i %j", async (status, body, shown, code) => {
    const { ask, ledger, failures } = await setUp((_, response) => {
      response.writeHead(status, {
        "content-type": "application/json",
        "retry-after": "7",
        location: "http://127.0.0.1:1/",
      });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
    const answer = await ask();
    const words = await answer.text();
    expect(answer.status).toBe(shown);
    expect(answer.headers.get("retry-after")).toBe("7");
    expect(JSON.parse(words)).toMatchObject({ error: { message: expect.any(String) } });
    expect(words).not.toMatch(/sk-te/);
    expect(codes(failures)).toEqual([code]);
    expect(ledger).toMatchObject({ requests: 0, inputTokens: 0, estimated: false });
  });

  test("a failure inside a stream is remembered by its code", async () => {
    const { ask, failures } = await setUp((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(sse({ type: "response.failed", response: { usage: null, error: { code: "insufficient_quota" } } }));
    });
    await (await ask()).text();
    expect(codes(failures)).toEqual(["model-refused"]);
  });

  test("a provider that is not there", async () => {
    const { ask, failures } = await setUp(() => {}, { baseUrl: "http://127.0.0.1:1/v1" });
    expect((await ask()).status).toBe(502);
    expect(codes(failures)).toEqual(["model-unavailable"]);
  });
});

test("an answer that grows too large is cut", async () => {
  const { ask, failures, ledger, charged } = await setUp(
    (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end("x".repeat(5_000));
    },
    { maxResponseBytes: 1_000 },
  );
  await expect(ask().then((answer) => answer.text())).rejects.toThrow();
  await charged;
  expect(ledger.estimated).toBe(true);
  expect(codes(failures)).toEqual(["model-unavailable"]);
});

describe("a provider that misbehaves ends one request, typed, and charged where it may have worked", () => {
  const stream = { "content-type": "text/event-stream" };
  const nothing = () => {};

  test.each<[string, Upstream, Partial<ModelProxyOptions>]>([
    ["never answers", nothing, { silenceMs: 100 }],
    [
      "falls silent",
      (_, response) => void response.writeHead(200, stream).write(sse({ type: "x" })),
      { silenceMs: 100 },
    ],
    [
      "never comes to an end",
      (_, response) => {
        response.writeHead(200, stream);
        const timer = setInterval(() => response.write(": still here\n\n"), 10);
        response.once("close", () => clearInterval(timer));
      },
      { timeoutMs: 300, silenceMs: 200 },
    ],
    [
      "sends one event without end",
      (_, response) => {
        response.writeHead(200, stream).write("data: ");
        const chunk = Buffer.alloc(1024 ** 2, "x");
        const more = () => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on("drain", more);
        more();
      },
      { maxResponseBytes: 20 * 1024 ** 2 },
    ],
    [
      "sends what unfolds to more than it may",
      (_, response) =>
        void response
          .writeHead(200, { ...stream, "content-encoding": "gzip" })
          .end(gzipSync(Buffer.alloc(30 * 1024 ** 2))),
      { maxResponseBytes: 1024 ** 2 },
    ],
  ])("%s", async (_, upstream, limits) => {
    const { ask, ledger, failures, charged } = await setUp(upstream, limits);
    const end = await ask().then(
      (answer) =>
        answer.text().then(
          () => answer.status,
          () => "cut",
        ),
      () => "cut",
    );
    expect([502, "cut"]).toContain(end);
    await charged;
    await expect.poll(() => codes(failures)).toEqual(["model-unavailable"]);
    expect(ledger).toMatchObject({ requests: 1, outputTokens: 1_000, estimated: true });
  });

  test.each([301, 302, 303, 307, 308])("a redirect (%i) is not followed, and the key goes nowhere", async (status) => {
    const { ask, seen } = await setUp((_, response) => {
      response.writeHead(status, { location: "http://127.0.0.1:1/v1/elsewhere" }).end();
    });
    expect((await ask()).status).toBe(502);
    expect(seen.map(({ url }) => url)).toEqual(["/v1/responses"]);
  });

  test("nothing compressed is asked for", async () => {
    const { ask, seen } = await setUp(
      (_, response) => void response.writeHead(200, stream).end(sse(completed(1, 0, 1))),
    );
    await (await ask({ "accept-encoding": "gzip, br" })).text();
    expect(seen[0]?.headers["accept-encoding"]).toBe("identity");
  });
});

test.each<[string, string, object, string]>([
  ["the budget's bound", "max_output_tokens", { limit: 3_000, maxOutputTokens: 5_000 }, "budget-exhausted"],
  ["the longest answer", "max_output_tokens", {}, "agent-failed"],
  ["the provider's rules", "content_filter", { limit: 3_000, maxOutputTokens: 5_000 }, "agent-failed"],
])("an answer that is incomplete because of %s is remembered, and paid as reported", async (_, reason, more, code) => {
  const { ask, failures, ledger } = await setUp((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const { usage } = completed(900, 0, 50).response;
    response.end(
      sse({ type: "response.incomplete", response: { usage, error: null, incomplete_details: { reason } } }),
    );
  }, more);
  await (await ask()).text();
  expect(codes(failures)).toEqual([code]);
  expect(ledger).toMatchObject({ inputTokens: 900, outputTokens: 50, estimated: false });
});

test("without budget nothing is asked, and Codex gives up at once", async () => {
  const { ask, seen, failures } = await setUp(() => {}, { limit: 1_000 });
  const answer = await ask();
  expect([answer.status, await answer.json()]).toMatchObject([429, { error: { code: "insufficient_quota" } }]);
  expect(seen).toEqual([]);
  expect(codes(failures)).toEqual(["budget-exhausted"]);
});

test("a run that nobody wants any more asks nothing", async () => {
  const { ask, seen, failures } = await setUp(() => {}, {
    stillWanted: () => Promise.reject(new RunFailure("cancelled")),
  });
  expect((await ask()).status).toBe(429);
  expect(seen).toEqual([]);
  expect(codes(failures)).toEqual(["cancelled"]);
});

test("requests beyond those in flight wait for their turn, and beyond those waiting are refused", async () => {
  const running: ServerResponse[] = [];
  const arrived = Promise.withResolvers<void>();
  const { ask, seen } = await setUp(
    (_, response) => {
      running.push(response);
      arrived.resolve();
    },
    { maxRunning: 1 },
  );
  const end = () => {
    running
      .shift()
      ?.writeHead(200, { "content-type": "text/event-stream" })
      .end(sse(completed(1, 0, 1)));
  };
  const first = ask();
  await arrived.promise;
  const others = [ask(), ask()];
  const refusedFirst = await Promise.race(others);
  expect(refusedFirst.status).toBe(429);
  expect(refusedFirst.headers.get("retry-after")).toBe("2");
  expect(seen).toHaveLength(1);
  end();
  expect((await first).status).toBe(200);
  await expect.poll(() => running.length, { interval: 5 }).toBe(1);
  end();
  expect((await Promise.all(others)).map(({ status }) => status).sort()).toEqual([200, 429]);
});

test("a slow reader holds the provider back", async () => {
  const total = 20 * 1024 ** 2;
  let written = 0;
  const { front } = await setUp((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    const chunk = Buffer.alloc(64 * 1024, "x");
    const more = () => {
      while (written < total) {
        written += chunk.length;
        if (!response.write(chunk)) return;
      }
      response.end();
    };
    response.on("drain", more);
    more();
  });
  const [host, port] = front.listen.split(":");
  const call = request({
    host,
    port,
    method: "POST",
    path: "/v1/responses",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json" },
  });
  call.end("{}");
  const [response] = (await once(call, "response")) as [IncomingMessage];
  // Not read: the provider's side comes to a halt once the buffers between are full.
  let before = -1;
  await expect
    .poll(
      () => {
        const still = before === written;
        before = written;
        return still;
      },
      { interval: 100 },
    )
    .toBe(true);
  expect(written).toBeLessThan(total);
  expect((await text(response)).length).toBe(total);
});
