import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import * as z from "zod";
import { operations } from "./operations.ts";
import type { World } from "./world.ts";

/** `POST /<operation>` with its input as JSON; `GET /` answers once everything is there. On the loopback interface alone. */
export async function startControl(world: World, port: number): Promise<{ url: string; close(): Promise<void> }> {
  // Kept for long: a connection that is closed while a busy client takes it up again fails its call.
  const server: Server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    answer(world, request)
      .then((value) => send(response, 200, value))
      .catch((error: unknown) => send(response, 400, { error: textOf(error) }));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function answer(world: World, request: IncomingMessage): Promise<unknown> {
  if (request.method === "GET")
    return { github: world.github.apiUrl, model: world.model.url, githubToken: world.githubToken };
  const name = request.url?.slice(1) ?? "";
  if (!Object.hasOwn(operations, name))
    throw new Error(`no operation ${name}; there are ${Object.keys(operations).join(", ")}`);
  const { input, run } = operations[name as keyof typeof operations] as {
    input: z.ZodType;
    run(world: World, input: unknown): unknown;
  };
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return await run(world, input.parse(JSON.parse(Buffer.concat(chunks).toString("utf8"))));
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function textOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : String(error);
}
