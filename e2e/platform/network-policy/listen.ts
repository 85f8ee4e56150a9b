/**
 * Listens on each address of `argv[2]` (JSON, a list of {@link Target}) in the network that it runs in, until its input
 * ends; prints a line when all are there. Connections are taken and closed, datagrams sent back.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { pathToFileURL } from "node:url";
import * as z from "zod";
import { type Target, targetSchema } from "./target.ts";

async function listen({ host, port, protocol }: Target): Promise<void> {
  if (protocol === "tcp") {
    const server = createServer((socket) => {
      // Who has gone already has seen what it wanted to.
      socket.on("error", () => undefined);
      socket.end();
    });
    server.listen(port, host);
    await once(server, "listening");
    return;
  }
  const socket = createSocket("udp4");
  socket.on("message", (message, sender) => socket.send(message, sender.port, sender.address));
  socket.bind(port, host);
  await once(socket, "listening");
}

async function main(text: string): Promise<void> {
  process.stdin.resume().once("end", () => process.exit(0));
  await Promise.all(z.array(targetSchema).parse(JSON.parse(text)).map(listen));
  process.stdout.write("listening\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(process.argv[2] ?? "");
