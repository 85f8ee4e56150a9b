import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from "node:tls";
import { RunFailure } from "@froussard/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EgressOptions } from "./egress.ts";
import { isPublicAddress } from "./public-address.ts";
import { basic, bearer, startEgress, type TestEgress } from "./testing/start-egress.ts";

const name = "packages.example.test";
/** Keys that both sides have: TLS without certificates. */
const psk = Buffer.from("0123456789abcdef0123456789abcdef");
const ciphers = "PSK-AES256-GCM-SHA384";

let egress: TestEgress;
let target: Server;
let targetPort: number;
let connections: Socket[];
let serve: (socket: Socket) => void;
beforeEach(async () => {
  connections = [];
  serve = (socket) => socket.pipe(socket);
  target = createServer({ allowHalfOpen: true }, (socket) => {
    connections.push(socket.on("error", () => {}));
    serve(socket);
  });
  target.listen(0, "127.0.0.1");
  await once(target, "listening");
  targetPort = (target.address() as AddressInfo).port;
});
afterEach(async () => {
  await egress.close();
  for (const socket of connections) socket.destroy();
  target.close();
});

async function start(options: Partial<EgressOptions> = {}): Promise<void> {
  egress = await startEgress([`${name}:${targetPort}`, "*.below.example.test", "packages.example.org"], options);
  egress.names.set(name, ["127.0.0.1"]);
}
const open = () => egress.open(`${name}:${targetPort}`);

describe("a tunnel", () => {
  test("carries TLS to a listed host, whose name is looked up once and whose address is connected to", async () => {
    await start();
    const secure = createTlsServer({ ciphers, maxVersion: "TLSv1.2", pskCallback: () => psk }, (socket) =>
      socket.end(`you said ${socket.servername}`),
    );
    serve = (socket) => secure.emit("connection", socket);
    const socket = await open();
    const client: TLSSocket = connectTls({
      ...{ socket, servername: name, ciphers, maxVersion: "TLSv1.2" },
      pskCallback: () => ({ psk, identity: "test" }),
      checkServerIdentity: () => undefined,
    });
    expect(await text(client)).toBe(`you said ${name}`);
    await expect.poll(() => egress.tunnels().length).toBe(1);
    expect(egress.lookups).toEqual([name]);
  });

  test("leaves one line in the log, with what passed and without the bearer", async () => {
    await start();
    const socket = await open();
    socket.end("hello");
    expect(await text(socket)).toBe("hello");
    await expect.poll(egress.tunnels).toHaveLength(1);
    const [line] = egress.tunnels();
    expect(line).toMatchObject({ host: name, port: targetPort, up: 5, down: 5, end: "closed", ms: expect.any(Number) });
    expect(JSON.stringify(egress.lines)).not.toContain(bearer);
    expect(egress.errors).toEqual([]);
  });

  test("stays open longer than a request may take", async () => {
    await start();
    const socket = await open();
    // Headers that never end: when they are cut, the time is over.
    const slow = connect(egress.port, "127.0.0.1").on("error", () => {});
    slow.write("GET /task HTTP/1.1\r\n");
    expect(await text(slow)).toMatch(/^HTTP\/1.1 408/);
    socket.end(Buffer.alloc(1_000_000, "x"));
    expect((await text(socket)).length).toBe(1_000_000);
  });

  test("is given to HTTP/1.0 without a host, and what the client said too early is not lost", async () => {
    await start();
    const socket = connect(egress.port, "127.0.0.1");
    socket.end(`CONNECT ${name}:${targetPort} HTTP/1.0\r\nproxy-authorization: Bearer ${bearer}\r\n\r\nearly`);
    expect(await text(socket)).toMatch(/^HTTP\/1.1 200 [^\r]*\r\n\r\nearly$/);
    await expect.poll(egress.tunnels).toMatchObject([{ up: 5, down: 5 }]);
  });

  test("ends in each direction by itself, and as a whole when one side breaks off", async () => {
    await start();
    const socket = await open();
    await expect.poll(() => connections.length).toBe(1);
    connections[0]?.end("bye");
    await expect.poll(() => socket.read()?.toString()).toBe("bye");
    connections[0]?.resetAndDestroy();
    socket.resume();
    await once(socket, "close");
    const second = await open();
    await expect.poll(() => connections.length).toBe(2);
    const closed = once(connections[1] as Socket, "close");
    second.destroy();
    await closed;
    await expect.poll(egress.tunnels).toHaveLength(2);
  });
});

describe("hostile requests", () => {
  beforeEach(() => start());
  const good = `proxy-authorization: Bearer ${bearer}`;

  test.each<[string, string, number]>([
    ["a host that is not listed", "evil.example:443", 403],
    ["a listed host at another port", "packages.example.org:80", 403],
    ["a name above a wildcard", "below.example.test:443", 403],
    ["a name that ends alike", "evilbelow.example.test:443", 403],
    ["a name that begins alike", "packages.example.org.evil.example:443", 403],
    ["an address", "127.0.0.1:443", 403],
    ["a cloud's metadata", "169.254.169.254:443", 403],
    ["an address in decimal", "2130706433:443", 403],
    ["an address in hexadecimal", "0x7f000001:443", 403],
    ["an address in octal", "0177.0.0.1:443", 403],
    ["a short address", "127.1:443", 403],
    ["localhost", "localhost:443", 403],
    ["two dots at the end", "packages.example.org..:443", 403],
    ["an IPv6 address", "[::1]:443", 400],
    ["an IPv6 address that holds an IPv4 one", "[::ffff:7f00:1]:443", 400],
    ["port 0", "packages.example.org:0", 400],
    ["a port too large", "packages.example.org:65979", 400],
    ["no port", "packages.example.org", 400],
    ["two ports", "packages.example.org:443:80", 400],
    ["a user", "packages.example.org@evil.example:443", 400],
    ["a user with a password", "packages.example.org:443@evil.example:443", 400],
    ["a fragment", "evil.example#packages.example.org:443", 400],
    ["an encoded zero byte", "evil.example%00.packages.example.org:443", 400],
    ["absolute form", "http://packages.example.org:443/", 400],
    ["absolute form with TLS", "https://packages.example.org/", 400],
    ["a path", "/packages.example.org:443", 400],
    ["nothing", "*", 400],
    ["letters that look alike", "packages.exampıe.org:443", 400],
    ["a name of 300 characters", `${"a".repeat(300)}.below.example.test:443`, 400],
    ["a label that is none", "a_b.below.example.test:443", 400],
    ["an empty label below a wildcard", ".below.example.test:443", 403],
  ])("%s: CONNECT %s", async (_, asked, status) => {
    const { status: given, answer } = await egress.refusal(`CONNECT ${asked} HTTP/1.1`, [`host: ${asked}`, good]);
    expect(given).toBe(status);
    expect(answer).not.toContain(bearer);
    expect(egress.lookups).toEqual([]);
    expect(egress.errors).toEqual([]);
  });

  test.each<[string, string[]]>([
    ["no bearer", []],
    ["another bearer", [`proxy-authorization: Bearer ${"0".repeat(36)}`]],
    ["the beginning of the bearer", [`proxy-authorization: Bearer ${bearer.slice(0, -1)}`]],
    ["an empty password", [`proxy-authorization: ${basic(bearer, "")}`]],
    ["the bearer as the user alone", [`proxy-authorization: Basic ${Buffer.from("run").toString("base64")}`]],
    ["the bearer after another password", [`proxy-authorization: ${basic("run", `x:${bearer}`)}`]],
    ["another scheme", [`proxy-authorization: Digest ${bearer}`]],
    ["the bearer where requests have it", [`authorization: Bearer ${bearer}`]],
    ["a wrong one before the right one", ["proxy-authorization: Bearer wrong", good]],
    ["the bearer, folded", [`proxy-authorization: Bearer\r\n ${bearer}`]],
  ])("%s", async (_, headers) => {
    const asked = await egress.refusal(`CONNECT ${name}:${targetPort} HTTP/1.1`, [`host: ${name}`, ...headers]);
    expect([400, 407]).toContain(asked.status);
    if (asked.status === 407) expect(asked.answer).toMatch(/\r\nproxy-authenticate: Basic realm="run"\r\n/i);
    expect(asked.answer).not.toContain(bearer);
    expect(egress.lookups).toEqual([]);
    expect(connections).toEqual([]);
  });

  test("without the bearer nothing is told about what is listed", async () => {
    const answers = await Promise.all(
      [`${name}:${targetPort}`, "evil.example:443", "[::1]:443"].map((asked) =>
        egress.refusal(`CONNECT ${asked} HTTP/1.1`, [`host: ${asked}`]),
      ),
    );
    expect(new Set(answers.map(({ answer }) => answer)).size).toBe(1);
  });

  test.each([
    ["two hosts", `CONNECT ${name}:1 HTTP/1.1\r\nhost: ${name}\r\nhost: evil.example\r\n${good}`, [400]],
    ["a line break in the target", `CONNECT ${name}:1\r\nx: y HTTP/1.1\r\n${good}`, [400]],
    ["a bare line feed in a header", `CONNECT evil.example:443 HTTP/1.1\r\nx: y\n${good}`, [400, 403]],
    ["a huge header", `CONNECT ${name}:1 HTTP/1.1\r\n${good}\r\nx: ${"y".repeat(40_000)}`, [431]],
    ["no version", `CONNECT ${name}:1\r\n${good}`, [400]],
    [
      "an ordinary request to a proxy",
      `GET http://packages.example.org/ HTTP/1.1\r\nhost: packages.example.org\r\n${good}`,
      [400],
    ],
    ["lower case", `connect ${name}:1 HTTP/1.1\r\n${good}`, [400]],
    ["a body", `CONNECT evil.example:443 HTTP/1.1\r\n${good}\r\ncontent-length: 5`, [403]],
  ])("%s", async (_, request, statuses) => {
    expect(statuses).toContain((await egress.refusal(request, [])).status);
    expect(egress.lookups).toEqual([]);
  });

  test("what follows a refused request is not read as another one", async () => {
    const request = `CONNECT evil.example:443 HTTP/1.1\r\n${good}\r\n\r\nCONNECT evil.example:443 HTTP/1.1\r\n${good}`;
    const { answer } = await egress.refusal(request, []);
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  test("the log names each host that was refused, once, and not endlessly many", async () => {
    for (const host of ["evil.example", "evil.example", "other.example"])
      await egress.refusal(`CONNECT ${host}:443 HTTP/1.1`, [good]);
    expect(egress.lines.map((line) => line["target"])).toEqual(["evil.example:443", "other.example:443"]);
    for (let each = 0; each < 110; each++) await egress.refusal(`CONNECT ${each}.example:443 HTTP/1.1`, [good]);
    expect(egress.lines).toHaveLength(100);
  });
});

describe("a name that is listed and leads elsewhere", () => {
  beforeEach(() => start({ isPublic: isPublicAddress }));

  test.each([
    ["127.0.0.1"],
    ["::1"],
    ["0.0.0.0"],
    ["10.96.0.1"],
    ["169.254.169.254"],
    ["100.100.100.200"],
    ["168.63.129.16"],
    ["::ffff:10.0.0.1"],
    ["64:ff9b::a00:1"],
    ["2002:a00:1::1"],
    ["fd00:ec2::254"],
    ["fe80::1"],
  ])("to %s is refused, and nothing is connected to", async (address) => {
    egress.names.set(name, [address]);
    await expect(open()).rejects.toThrow(/^HTTP\/1.1 403 [\s\S]*leads to an address that is not public/);
    expect(connections).toEqual([]);
    expect(egress.lines).toMatchObject([{ level: 40, host: name, addresses: [address] }]);
  });

  test("nowhere is told", async () => {
    egress.names.set(name, []);
    await expect(open()).rejects.toThrow(/^HTTP\/1.1 502 [\s\S]*has no address/);
  });
});

test("a name is looked up once: another answer a moment later changes nothing", async () => {
  let lookups = 0;
  await start({ resolve: async () => [lookups++ === 0 ? "127.0.0.1" : "169.254.169.254"] });
  const socket = await open();
  socket.end("x");
  expect(await text(socket)).toBe("x");
  expect(lookups).toBe(1);
  await expect(open()).rejects.toThrow("HTTP/1.1 403");
  expect(connections).toHaveLength(1);
});

test("of several addresses only the public ones are tried, one after the other", async () => {
  await start({ isPublic: (address) => address !== "127.0.0.2" });
  egress.names.set(name, ["127.0.0.2", "127.0.0.3", "127.0.0.1"]);
  const elsewhere: string[] = [];
  const others = ["127.0.0.2"].map((host) =>
    createServer((socket) => {
      elsewhere.push(host);
      socket.destroy();
    }).listen(targetPort, host),
  );
  const socket = await open();
  socket.end("x");
  expect(await text(socket)).toBe("x");
  expect(elsewhere).toEqual([]);
  for (const other of others) other.close();
});

test("a host that can not be reached is told", async () => {
  await start();
  target.close();
  await once(target, "close");
  await expect(open()).rejects.toThrow(/^HTTP\/1.1 502 [\s\S]*could not be reached/);
});

describe("there is no way out", () => {
  test("where the setting lists no host, and the refusal names the setting", async () => {
    egress = await startEgress([]);
    const { status, answer } = await egress.refusal(`CONNECT ${name}:443 HTTP/1.1`);
    expect(status).toBe(403);
    expect(answer).toContain("CODEX_EGRESS_HOSTS");
  });

  test("while nothing is being worked on", async () => {
    await start({ isWorking: () => false });
    await expect(open()).rejects.toThrow("HTTP/1.1 409");
  });

  test("when nobody wants the run's result any more", async () => {
    await start({ stillWanted: () => Promise.reject(new RunFailure("cancelled")) });
    await expect(open()).rejects.toThrow(/^HTTP\/1.1 403 [\s\S]*the run is over/);
    expect(egress.lookups).toEqual([]);
  });

  test("when the work is over: open tunnels are cut, and no other is opened", async () => {
    await start();
    const sockets = [await open(), await open()];
    await expect.poll(() => connections.length).toBe(2);
    const ended = [...sockets, ...connections].map((socket) => once(socket.resume(), "close"));
    egress.over.abort();
    await Promise.all(ended);
    expect(egress.tunnels()).toMatchObject([{ end: "over" }, { end: "over" }]);
    await expect(open()).rejects.toThrow("HTTP/1.1 409");
  });

  test("when the server closes", async () => {
    await start();
    const socket = await open();
    const ended = once(socket.resume(), "close");
    await egress.close();
    await ended;
  });
});

describe("limits", () => {
  test("of tunnels at once", async () => {
    await start({ limits: { tunnels: 2 } });
    const [first] = [await open(), await open()];
    await expect(open()).rejects.toThrow(/^HTTP\/1.1 429 [\s\S]*retry-after: 2/);
    first?.destroy();
    await expect.poll(egress.tunnels).toHaveLength(1);
    await open();
    expect(connections).toHaveLength(3);
  });

  test("of silence", async () => {
    await start({ limits: { idleMs: 50 } });
    const socket = await open();
    await once(socket.resume(), "close");
    await expect.poll(egress.tunnels).toMatchObject([{ end: "idle" }]);
  });

  test("of time until a connection comes about", async () => {
    await start({ isPublic: () => true, limits: { connectMs: 100 } });
    // Kept for documentation: no one answers there.
    egress.names.set(name, ["192.0.2.1", "192.0.2.2"]);
    const before = performance.now();
    await expect(open()).rejects.toThrow(/^HTTP\/1.1 502 [\s\S]*could not be reached/);
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  test.each(["upBytes", "downBytes"] as const)("of bytes of all tunnels together: %s", async (limit) => {
    await start({ limits: { [limit]: 1_000 } });
    const first = await open();
    first.end(Buffer.alloc(600));
    expect((await text(first)).length).toBe(600);
    const second = await open();
    second.write(Buffer.alloc(600));
    await once(second.resume(), "close");
    await expect.poll(egress.tunnels).toMatchObject([{ end: "closed" }, { end: expect.stringMatching(/^more than/) }]);
    await expect(open()).rejects.toThrow(/^HTTP\/1.1 403 [\s\S]*as much was passed/);
  });
});
