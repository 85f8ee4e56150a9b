import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

let proxy: TcpProxy;
let arrived: string;
/** Answers each piece with itself in capitals. */
const server = createServer((socket) => {
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    arrived += String(chunk);
    socket.write(String(chunk).toUpperCase());
  });
});

beforeEach(async () => {
  arrived = "";
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  proxy = await startTcpProxy();
  proxy.leadTo((server.address() as AddressInfo).port);
});
afterEach(async () => {
  await proxy.close();
  server.close();
});

async function open() {
  const socket = connect(proxy.port, "127.0.0.1");
  await once(socket, "connect");
  const heard = { text: "", error: "" };
  socket.setEncoding("utf8").on("data", (chunk) => {
    heard.text += chunk;
  });
  socket.on("error", (error) => {
    heard.error = "code" in error ? String(error.code) : error.message;
  });
  return { heard, say: (text: string) => void socket.write(text), close: () => socket.destroy() };
}

test("what is said passes both ways, and to an end", async () => {
  const { heard, say, close } = await open();
  say("hello");
  await expect.poll(() => heard.text).toBe("HELLO");
  close();
});

test("a connection is cut in the middle of what it carries", async () => {
  const { heard, say } = await open();
  say("hello");
  await expect.poll(() => heard.text).toBe("HELLO");
  proxy.cutAfter(3, "requests");
  say("world");
  await expect.poll(() => heard.error).toBe("ECONNRESET");
  expect(arrived).toBe("hellowor");
});

test("answers get lost although requests arrive; what lost some is reset in the end", async () => {
  const { heard, say } = await open();
  say("hello");
  await expect.poll(() => heard.text).toBe("HELLO");
  proxy.loseAnswers();
  say("world");
  await expect.poll(() => arrived).toBe("helloworld");
  proxy.heal();
  await expect.poll(() => heard.error).toBe("ECONNRESET");
  expect(heard.text).toBe("HELLO");
});

test("where nobody listens the connection is reset", async () => {
  server.close();
  const { heard } = await open();
  await expect.poll(() => heard.error).toBe("ECONNRESET");
  server.listen(0);
});
