import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { deliveryRecords, openPublishing } from "../testing/kafka-kit.ts";

/** What KAFKA_BROKERS may name by mistake, or what a broker may have become: whoever it is does this to each connection. */
async function publishingTo(each: (socket: Socket) => void) {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("error", () => {}).once("close", () => open.delete(socket));
    each(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const opened = openPublishing({ KAFKA_BROKERS: `127.0.0.1:${port}` });
  onTestFinished(async () => {
    await opened.publisher.close(0);
    for (const socket of open) socket.destroy();
    server.close();
  });
  return opened;
}

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
/** Sends as fast as it is taken, once something was asked. */
const flood = (socket: Socket, begin: (question: Buffer) => Buffer) =>
  socket.once("data", (question: Buffer) => {
    socket.write(begin(question));
    const more = Buffer.alloc(1024 * 1024);
    const go = () => {
      while (!socket.destroyed && socket.write(more));
    };
    socket.on("drain", go);
    go();
  });
const numberOf = (question: Buffer) => question.subarray(8, 12);

test.each<[string, (socket: Socket) => void]>([
  ["says nothing", () => {}],
  ["ends each connection", (socket) => socket.resetAndDestroy()],
  ["ends each question", (socket) => socket.on("data", () => socket.end())],
  ["speaks HTTP", (socket) => socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))],
  ["sends zeros, byte by byte", (socket) => sendBytes(socket, Buffer.alloc(64))],
  ["sends negative lengths, byte by byte", (socket) => sendBytes(socket, Buffer.alloc(64, 0xff))],
  ["answers with nothing", (socket) => socket.on("data", (asked) => answer(socket, numberOf(asked)))],
  [
    "answers with noise",
    (socket) => socket.on("data", (asked) => answer(socket, Buffer.concat([numberOf(asked), Buffer.alloc(50, 0xff)]))),
  ],
  ["answers what nobody asked", (socket) => socket.on("data", () => answer(socket, Buffer.alloc(50)))],
  ["announces two gigabytes and sends them", (socket) => flood(socket, () => int32(2 ** 31 - 1))],
  [
    "answers with two gigabytes",
    (socket) => flood(socket, (asked) => Buffer.concat([int32(2 ** 31 - 1), numberOf(asked)])),
  ],
])("a server that %s costs no memory and ends nothing", async (_, each) => {
  const { publisher } = await publishingTo(each);
  const before = process.memoryUsage().rss;
  const tries = Array.from({ length: 20 }, (__, n) =>
    publisher.publish(deliveryRecords(String(n)), { withinMs: 1_500 }),
  );
  for (const each of await Promise.allSettled(tries)) expect(each.status).toBe("rejected");
  await expect.poll(() => publisher.notReady(), { timeout: 10_000 }).toMatch(/^kafka: /);
  expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
});

function answer(socket: Socket, body: Buffer): void {
  socket.write(Buffer.concat([int32(body.length), body]));
}

function sendBytes(socket: Socket, bytes: Buffer): void {
  socket.setNoDelay(true);
  socket.once("data", async () => {
    for (const byte of bytes) {
      if (socket.destroyed) return;
      socket.write(Buffer.of(byte));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
}

test("closing keeps its time beside a broker that hangs, and what waited is refused", async () => {
  const { publisher } = await publishingTo(() => {});
  const refused = expect(publisher.publish(deliveryRecords("1"))).rejects.toMatchObject({ code: "CLOSED" });
  const started = performance.now();
  await publisher.close(50);
  await refused;
  // The look that is under way could take four seconds.
  expect(performance.now() - started).toBeLessThan(2_000);
});
