import { once } from "node:events";
import { createServer } from "node:net";

/**
 * Ports of the loopback interface that nobody listens at. Below the range from which the system gives ports to outgoing
 * connections: one of those could take the port of a broker that is down, even the one that tries to reach it. And below that
 * of Kubernetes' node ports, which engines for NetworkPolicies let through on a node.
 */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  while (found.size < count) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen({ port, host: "127.0.0.1" });
  try {
    await once(server, "listening");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return false;
    throw error;
  }
  server.close();
  await once(server, "close");
  return true;
}
