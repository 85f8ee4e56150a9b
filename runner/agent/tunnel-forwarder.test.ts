import { once } from "node:events";
import { createServer, type Server, type ServerOptions } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ModelForwarder, startModelForwarder } from "./model-forwarder.ts";

const bearer = "c0ffee00-8f1b-4c3e-9d1a-1d3b0c9d9e11";
let mediator: Server;
let asked: (string | undefined)[][];
let answer: (client: Duplex) => void;
let forwarder: ModelForwarder;
const options: ServerOptions = { maxHeaderSize: 1_024 };

async function start(egress?: boolean): Promise<void> {
  const { port } = mediator.address() as AddressInfo;
  forwarder = await startModelForwarder({
    address: { host: "127.0.0.1", port },
    bearer,
    onBytes: () => expect.unreachable(),
    egress,
  });
}
beforeEach(async () => {
  asked = [];
  answer = (client) => client.pipe(client);
  mediator = createServer(options, () => expect.unreachable()).on("connect", ({ url, headers }, client, head) => {
    client.unshift(head);
    asked.push([url, headers["proxy-authorization"], headers["x-more"] as string | undefined]);
    client.on("error", () => {});
    answer(client);
  });
  await once(mediator.listen(0, "127.0.0.1"), "listening");
});
afterEach(async () => {
  await forwarder.close();
  mediator.close();
  mediator.closeAllConnections();
});

function say(words: string) {
  const socket = connect(forwarder.port, "127.0.0.1").on("error", () => {});
  socket.write(words);
  return socket;
}

test("passes a tunnel on with the bearer, and nothing else of the request", async () => {
  await start(true);
  const socket = say(
    "CONNECT a.example:443 HTTP/1.1\r\nhost: a.example\r\nproxy-authorization: Basic eDp5\r\nx-more: 1\r\n\r\nearly ",
  );
  socket.end("late");
  expect(await text(socket)).toBe("early late");
  expect(asked).toEqual([["a.example:443", `Bearer ${bearer}`, undefined]]);
});

test("passes the mediator's refusal back as it is", async () => {
  const refusal = "HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno";
  answer = (client) => client.end(refusal);
  await start(true);
  expect(await text(say("CONNECT a.example:443 HTTP/1.1\r\nhost: a.example\r\n\r\n"))).toBe(refusal);
});

test("a line break in the target reaches nobody", async () => {
  await start(true);
  await text(say("CONNECT a.example:443\r\nx-more: 1 HTTP/1.1\r\n\r\n").end()).catch(() => "");
  expect(asked.flat()).not.toContain("1 HTTP/1.1");
});

test("tunnels end with the forwarder", async () => {
  await start(true);
  const socket = say("CONNECT a.example:443 HTTP/1.1\r\nhost: a.example\r\n\r\nx");
  await once(socket, "data");
  const ended = once(socket.resume(), "close");
  await forwarder.close();
  await ended;
});

test("a mediator that is gone ends the connection", async () => {
  await start(true);
  mediator.close();
  expect(await text(say("CONNECT a.example:443 HTTP/1.1\r\nhost: a.example\r\n\r\n")).catch(() => "")).toBe("");
});

test("without a way out there are no tunnels", async () => {
  await start();
  expect(await text(say("CONNECT a.example:443 HTTP/1.1\r\nhost: a.example\r\n\r\n")).catch(() => "")).toBe("");
  expect(asked).toEqual([]);
});
