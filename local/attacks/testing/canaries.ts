import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Things of this machine that an agent must not reach; each gives away its own secret to whoever does. */
export interface Canaries {
  /** Secrets by name. */
  secrets: Record<string, string>;
  /** `127.0.0.1:<port>` of a server that greets with its secret. */
  port: number;
  /** The name of an abstract socket that does, without its leading zero byte. */
  abstractName: string;
  /** The path of a socket that does. */
  socket: string;
  /** A folder beside everybody's temporary files. */
  folder: string;
  sharedMemory: string;
  /** Connections that arrived anywhere. */
  visits(): number;
  close(): Promise<void>;
}

export async function placeCanaries(): Promise<Canaries> {
  const word = (name: string) => `canary-of-${name}-${randomBytes(8).toString("hex")}`;
  const names = ["loopback", "abstract-socket", "socket", "machine-tmp", "shared-memory"] as const;
  const secrets = Object.fromEntries(names.map((name) => [name, word(name)])) as Record<(typeof names)[number], string>;
  const folder = mkdtempSync(join(tmpdir(), "canaries-"));
  const file = join(folder, "secret");
  writeFileSync(file, secrets["machine-tmp"]);
  const sharedMemory = `/dev/shm/${word("name")}`;
  writeFileSync(sharedMemory, secrets["shared-memory"]);
  const abstractName = word("name");
  const socket = join(folder, "socket");
  let visits = 0;
  const greet = async (secret: string, where: string | number): Promise<Server> => {
    const server = createServer((client) => {
      visits++;
      client.on("error", () => {});
      client.end(secret);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      if (typeof where === "number") server.listen(where, "127.0.0.1", resolve);
      else server.listen(where, resolve);
    });
    return server;
  };
  const loopback = await greet(secrets.loopback, 0);
  const servers = [
    loopback,
    await greet(secrets["abstract-socket"], `\0${abstractName}`),
    await greet(secrets.socket, socket),
  ];
  const address = loopback.address();
  return {
    secrets,
    port: typeof address === "object" && address ? address.port : 0,
    abstractName,
    socket,
    folder,
    sharedMemory,
    visits: () => visits,
    async close() {
      for (const server of servers) await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
      rmSync(sharedMemory, { force: true });
    },
  };
}
