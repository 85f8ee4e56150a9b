import { setTimeout as wait } from "node:timers/promises";
import { Admin } from "@platformatic/kafka";
import { tameConnections } from "../../kafka/abandon-client.ts";
import type { JavaProcess } from "./run-java.ts";
import { users } from "./users.ts";

/** An administrator of the broker at this port. Nothing is tried twice: tests want to see what goes wrong. */
export function openAdmin(port: number): Admin {
  const admin = new Admin({
    clientId: "test-admin",
    bootstrapBrokers: [{ host: "127.0.0.1", port }],
    sasl: { mechanism: "SCRAM-SHA-512", ...users.admin },
    retries: 0,
    connectTimeout: 2_000,
    requestTimeout: 10_000,
    strict: true,
  });
  tameConnections(admin);
  return admin;
}

/**
 * Resolves once the broker answers and is a member of its cluster.
 * @throws Error when Java ends before, or `ms` have passed
 */
export async function untilReady(admin: Admin, java: JavaProcess, ms = 60_000): Promise<void> {
  let ended = false;
  void java.ended.finally(() => {
    ended = true;
  });
  const end = performance.now() + ms;
  for (;;) {
    try {
      const { brokers } = await admin.metadata({ topics: [], forceUpdate: true });
      if (brokers.size > 0) return;
    } catch (error) {
      if (performance.now() > end) throw new Error(`the broker was not ready within ${ms} ms`, { cause: error });
    }
    if (ended) throw new Error("the broker ended while it started");
    await wait(25);
  }
}
