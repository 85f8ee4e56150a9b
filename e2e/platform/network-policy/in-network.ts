import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import * as z from "zod";
import { runCommand } from "../cluster/run-command.ts";
import type { Target } from "./target.ts";

/** Path of a network namespace, such as `/proc/<pid>/ns/net`. */
export type Network = string;

/** That of this process: the node's. */
export const nodeNetwork: Network = "/proc/self/ns/net";

const program = (name: string) => join(import.meta.dirname, name);
const enter = (network: Network, name: string, ...args: readonly string[]) => [
  `--net=${network}`,
  process.execPath,
  program(name),
  ...args,
];

/**
 * Names of those targets that answer someone in this network. Only the network is another: packets leave it as they would
 * leave from a program of the pod, whose image need not hold any tools.
 */
export async function reachedFrom(network: Network, targets: readonly Target[]): Promise<string[]> {
  const options = { input: JSON.stringify(targets), timeoutMs: 30_000 };
  const reached = await runCommand("nsenter", enter(network, "probe.ts"), options);
  return z.array(z.string()).parse(JSON.parse(reached));
}

/** Someone who listens. */
export interface Listener {
  close(): Promise<void>;
}

/** Listens on these in that network. @throws Error with what was said when an address is taken */
export async function listenIn(network: Network, targets: readonly Target[]): Promise<Listener> {
  const child = spawn("nsenter", enter(network, "listen.ts", JSON.stringify(targets)), {
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const begun = await Promise.race([once(child.stdout, "data").then(() => true), exited.then(() => false)]);
  if (!begun) throw new Error(`nobody can listen on ${JSON.stringify(targets)}: ${said.trim().slice(-2_000)}`);
  return {
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}
