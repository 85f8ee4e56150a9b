import { once } from "node:events";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendJson } from "./refusal.ts";
import { type RunningServer, startServer } from "./start-server.ts";

const bearer = "s".repeat(40);
const folder = mkdtempSync(join(tmpdir(), "mediator-server-"));
const errors: unknown[] = [];
const bodies: string[] = [];
const routes = {
  "/task": { method: "GET", handle: async (response) => sendJson(response, 200, { ok: true }) },
  "/broken": {
    method: "GET",
    handle: async () => {
      throw new Error("secret detail");
    },
  },
  "/result": {
    method: "POST",
    maxBytes: 1_000,
    handle: async (response, body) => {
      bodies.push(body.toString());
      sendJson(response, 200, { bytes: body.length });
    },
  },
} satisfies Parameters<typeof startServer>[0]["routes"];
let tcp: RunningServer;
let unix: RunningServer;

beforeAll(async () => {
  const options = { bearer, routes, onError: (error: unknown) => errors.push(error), requestTimeoutMs: 400 };
  tcp = await startServer({ ...options, listen: { host: "127.0.0.1", port: 0 } });
  unix = await startServer({ ...options, listen: { path: join(folder, "socket") } });
});
afterAll(async () => {
  await tcp.close();
  await unix.close();
  rmSync(folder, { recursive: true });
});

const port = () => Number(tcp.listen.split(":")[1]);
const good = { authorization: `Bearer ${bearer}` };
const post = { ...good, "content-type": "application/json" };

interface Call {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: string;
  socketPath?: string;
}

async function call({ method = "GET", path = "/task", headers = good, body, socketPath }: Call) {
  const to = socketPath ? { socketPath } : { host: "127.0.0.1", port: port() };
  const sent = request({ ...to, method, path, headers, agent: false });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

/** Bytes as they are, and everything that comes back until the server closes. */
async function raw(...parts: string[]) {
  const socket = connect(port(), "127.0.0.1");
  socket.on("error", () => {});
  for (const part of parts) socket.write(part);
  return text(socket).catch(() => "");
}

describe("refusals", () => {
  test.each<[string, Call, number]>([
    ["no bearer", { headers: {} }, 401],
    ["wrong bearer", { headers: { authorization: `Bearer ${"t".repeat(40)}` } }, 401],
    ["bearer cut", { headers: { authorization: `Bearer ${bearer.slice(1)}` } }, 401],
    ["other scheme", { headers: { authorization: `Basic ${bearer}` } }, 401],
    ["another host by name", { headers: { ...good, host: "evil.example" } }, 400],
    ["another address", { headers: { ...good, host: "10.0.0.1" } }, 400],
    ["a host that begins alike", { headers: { ...good, host: "127.0.0.1.evil.example" } }, 400],
    ["a host with user and path", { headers: { ...good, host: "a@127.0.0.1/x" } }, 400],
    ["a web page", { headers: { ...good, origin: "http://localhost" } }, 403],
    ["a web page without origin", { headers: { ...good, "sec-fetch-site": "cross-site" } }, 403],
    ["unknown path", { path: "/v1/models" }, 404],
    ["path with query", { path: "/task?x=1" }, 404],
    ["path with slash", { path: "/task/" }, 404],
    ["path that climbs", { path: "/x/../task" }, 404],
    ["path of the object's prototype", { path: "/__proto__" }, 404],
    ["absolute form", { path: "http://localhost/task" }, 404],
    ["two slashes", { path: "//task" }, 404],
    ["an escaped letter", { path: "/%74ask" }, 404],
    ["an escaped dot", { path: "/%2e/task" }, 404],
    ["an escaped slash", { path: "/x%2f..%2ftask" }, 404],
    ["a fragment", { path: "/task#x" }, 404],
    ["a parameter", { path: "/task;x" }, 404],
    ["another case", { path: "/Task" }, 404],
    ["a zero byte, escaped", { path: "/task%00" }, 404],
    ["OPTIONS for all", { method: "OPTIONS", path: "*" }, 404],
    ["OPTIONS", { method: "OPTIONS" }, 405],
    ["TRACE", { method: "TRACE" }, 405],
    ["PUT", { method: "PUT", path: "/result", headers: post, body: "{}" }, 405],
    ["unknown path without bearer tells nothing", { path: "/nothing", headers: {} }, 401],
    ["method of another path", { method: "POST", headers: post, body: "{}" }, 405],
    ["HEAD", { method: "HEAD" }, 405],
    ["DELETE", { method: "DELETE", path: "/result" }, 405],
    ["no content type", { method: "POST", path: "/result", body: "{}" }, 415],
    [
      "a form",
      {
        method: "POST",
        path: "/result",
        headers: { ...good, "content-type": "application/x-www-form-urlencoded" },
        body: "a=b",
      },
      415,
    ],
    ...[
      "text/json",
      "application/json; charset=utf-16",
      "application/json, text/plain",
      "application/jsonx",
      "*/*",
    ].map((type): [string, Call, number] => [
      `the type ${type}`,
      { method: "POST", path: "/result", headers: { ...good, "content-type": type }, body: "{}" },
      415,
    ]),
    [
      "compressed",
      { method: "POST", path: "/result", headers: { ...post, "content-encoding": "gzip" }, body: "{}" },
      415,
    ],
    ["too large, and says so", { method: "POST", path: "/result", headers: post, body: "x".repeat(1_001) }, 413],
    [
      "too large, in chunks",
      {
        method: "POST",
        path: "/result",
        headers: { ...post, "transfer-encoding": "chunked" },
        body: "x".repeat(1_001),
      },
      413,
    ],
  ])("%s", async (_, request, status) => {
    const answer = await call(request);
    expect(answer.status).toBe(status);
    if (request.method !== "HEAD") expect(JSON.parse(answer.body)).toMatchObject({ error: { code: `http_${status}` } });
    if (status === 405) expect(answer.headers.allow).toBeDefined();
    expect(answer.body).not.toContain(bearer);
  });

  test("two Host headers, none at all, a broken request line, a huge header", async () => {
    const auth = `authorization: Bearer ${bearer}\r\n`;
    expect(await raw(`GET /task HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n${auth}\r\n`)).toMatch(
      /^HTTP\/1.1 400|^$/,
    );
    expect(await raw(`GET /task HTTP/1.1\r\n${auth}connection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 400/);
    expect(await raw("GET /task\r\n\r\n")).toMatch(/^HTTP\/1.1 400|^$/);
    expect(await raw(`GET /task HTTP/1.1\r\nhost: localhost\r\nx: ${"y".repeat(40_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431/,
    );
  });

  test("both lengths at once (request smuggling)", async () => {
    const head = `POST /result HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${bearer}\r\ncontent-type: application/json\r\n`;
    const answer = await raw(
      `${head}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /task HTTP/1.1\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1.1 400/);
    expect(answer.match(/HTTP\/1.1/g)).toHaveLength(1);
  });

  const head = (line: string, ...headers: string[]) =>
    `${[line, "host: localhost", `authorization: Bearer ${bearer}`, ...headers].join("\r\n")}\r\n\r\n`;
  const json = "content-type: application/json";

  test.each([
    ["a length that is no number", head("POST /result HTTP/1.1", json, "content-length: 2x"), "{}"],
    ["a negative length", head("POST /result HTTP/1.1", json, "content-length: -1"), "{}"],
    ["two lengths", head("POST /result HTTP/1.1", json, "content-length: 2", "content-length: 7"), "{}GET /"],
    ["a chunk's size that is none", head("POST /result HTTP/1.1", json, "transfer-encoding: chunked"), "zz\r\n{}\r\n"],
    [
      "a chunk longer than it says",
      head("POST /result HTTP/1.1", json, "transfer-encoding: chunked"),
      "1\r\n{}\r\n0\r\n",
    ],
    ["an unknown encoding of the transfer", head("POST /result HTTP/1.1", json, "transfer-encoding: chunked, x"), "{}"],
    ["a space before the colon", head("GET /task HTTP/1.1", "x-y : 1"), ""],
    ["a folded header", head("GET /task HTTP/1.1", "x-y: 1\r\n 2"), ""],
    ["bare line ends", head("GET /task HTTP/1.1").replaceAll("\r\n", "\n"), ""],
    ["an unknown version", head("GET /task HTTP/9.9"), ""],
    ["HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", ""],
    ["two paths", head("GET /task /result HTTP/1.1"), ""],
    ["HTTP/1.0 without a host", `GET /task HTTP/1.0\r\nauthorization: Bearer ${bearer}\r\n\r\n`, ""],
    ["an empty host", `GET /task HTTP/1.1\r\nhost:\r\nauthorization: Bearer ${bearer}\r\n\r\n`, ""],
  ])("%s: one refusal, and the connection ends", async (_, start, body) => {
    const before = bodies.length;
    const answer = await raw(start, body);
    expect(answer).toMatch(/^HTTP\/1.1 (?:400|404|501|505)|^$/);
    expect(answer.match(/HTTP\/1\.1 \d/g) ?? []).toHaveLength(answer === "" ? 0 : 1);
    expect(bodies).toHaveLength(before);
  });

  test("a transfer that is compressed arrives as bytes that are no JSON, not unpacked", async () => {
    const answer = await raw(
      head("POST /result HTTP/1.1", json, "transfer-encoding: gzip, chunked", "connection: close"),
      "2\r\n\x1f\x8b\r\n0\r\n\r\n",
    );
    expect(answer).toMatch(/^HTTP\/1.1 (?:200|400)/);
    if (answer.startsWith("HTTP/1.1 200")) expect(bodies.at(-1)).toContain("\x1f");
  });

  test("each request on one connection shows its bearer", async () => {
    const second = "GET /task HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    const answer = await raw(head("GET /task HTTP/1.1") + second);
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 401"]);
  });

  test("what follows a refused body is not read as a request", async () => {
    const body = "x".repeat(1_001);
    const answer = await raw(
      head("POST /result HTTP/1.1", json, `content-length: ${body.length}`),
      body + head("GET /task HTTP/1.1"),
    );
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 413"]);
  });

  test("HTTP/1.0 with a host is served once", async () => {
    expect(await raw(head("GET /task HTTP/1.0"))).toMatch(/^HTTP\/1.1 200/);
  });

  test("a second bearer does not count", async () => {
    const headers = [
      "GET /task HTTP/1.1",
      "host: localhost",
      "authorization: Bearer x",
      `authorization: Bearer ${bearer}`,
    ];
    expect(await raw(`${headers.join("\r\n")}\r\nconnection: close\r\n\r\n`)).toMatch(/^HTTP\/1.1 401/);
  });

  test("a client that resets after an upgrade, or never hangs up, does no harm", async () => {
    for (let times = 0; times < 20; times++) {
      const socket = connect(port(), "127.0.0.1").on("error", () => {});
      socket.write("GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
      if (times % 2 === 0) await once(socket, "data");
      socket.resetAndDestroy();
    }
    const stays = connect({ port: port(), host: "127.0.0.1", allowHalfOpen: true });
    stays.write("GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
    expect(await text(stays)).toMatch(/^HTTP\/1.1 426/);
    stays.destroy();
    expect((await call({})).status).toBe(200);
  });

  test("an upgrade is refused in a way that Codex understands", async () => {
    const head = `GET /v1/responses HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${bearer}\r\n`;
    expect(await raw(`${head}connection: upgrade\r\nupgrade: websocket\r\n\r\n`)).toMatch(/^HTTP\/1.1 426/);
  });

  test("a body that comes too slowly is cut", async () => {
    const head = `POST /result HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${bearer}\r\ncontent-type: application/json\r\n`;
    const answer = await raw(`${head}content-length: 100\r\n\r\n`, '{"a":');
    expect(answer).toMatch(/^HTTP\/1.1 408|^$/);
    expect(bodies).not.toContain('{"a":');
  });

  test("headers that never end are cut", async () => {
    expect(await raw("GET /task HTTP/1.1\r\nhost: localhost\r\n")).toMatch(/^HTTP\/1.1 408|^$/);
  });
});

describe("admission", () => {
  test.each([["localhost"], ["127.0.0.1:1"], ["[::1]:8080"]])("host %s", async (host) => {
    expect((await call({ headers: { ...good, host } })).status).toBe(200);
  });

  test("a Unix socket that only its owner can open", async () => {
    const socketPath = unix.listen.slice("unix:".length);
    expect((await call({ socketPath, headers: { ...good, host: "localhost" } })).status).toBe(200);
    expect((await call({ socketPath, headers: { host: "localhost" } })).status).toBe(401);
    expect(statSync(socketPath).isSocket()).toBe(true);
  });

  test("the largest body passes, charset and all", async () => {
    const headers = { ...good, "content-type": "application/json; charset=utf-8" };
    const answer = await call({ method: "POST", path: "/result", headers, body: "x".repeat(1_000) });
    expect(answer).toMatchObject({ status: 200, body: '{"bytes":1000}' });
  });
});

describe("bodies in hand together", () => {
  test("take no more room than there is; room is given back when a request ends, however it does", async () => {
    const held: (() => void)[] = [];
    let holds = true;
    const server = await startServer({
      listen: { host: "127.0.0.1", port: 0 },
      bearer,
      maxBodyBytes: 1_500,
      onError: (error) => errors.push(error),
      routes: {
        "/result": {
          method: "POST",
          maxBytes: 1_000,
          handle: async (response) => {
            if (holds) await new Promise<void>((resolve) => held.push(resolve));
            sendJson(response, 200, {});
          },
        },
      },
    });
    const ask = (bytes: number) =>
      fetch(`http://${server.listen}/result`, { method: "POST", headers: post, body: "x".repeat(bytes) });
    const first = ask(1_000);
    await expect.poll(() => held.length).toBe(1);
    const second = await ask(501);
    expect([second.status, second.headers.get("retry-after")]).toEqual([503, "1"]);
    const third = ask(500);
    await expect.poll(() => held.length).toBe(2);
    for (const release of held.splice(0)) release();
    expect([(await first).status, (await third).status]).toEqual([200, 200]);
    holds = false;
    // A body that was cut off gives its room back too.
    const cut = connect(Number(server.listen.split(":")[1]), "127.0.0.1").on("error", () => {});
    cut.write(`POST /result HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${bearer}\r\n`);
    cut.write(`content-type: application/json\r\ncontent-length: 1000\r\n\r\n${"x".repeat(999)}`);
    await expect.poll(async () => (await ask(600)).status).toBe(503);
    cut.resetAndDestroy();
    await expect.poll(async () => (await ask(1_000)).status).toBe(200);
    await server.close();
  });
});

test("an error of our own is told to the log, not to the client", async () => {
  const answer = await call({ path: "/broken" });
  expect(answer.status).toBe(500);
  expect(answer.body).not.toContain("secret detail");
  expect(errors).toEqual([expect.objectContaining({ message: "secret detail" })]);
});
