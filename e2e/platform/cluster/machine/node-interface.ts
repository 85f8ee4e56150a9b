import { existsSync } from "node:fs";
import { type ClusterNetwork, nodeInterface } from "../network.ts";
import { runCommand } from "../run-command.ts";

/** Makes the interface that carries the node's addresses. */
export async function makeNodeInterface({ nodeAddress, dnsAddress }: ClusterNetwork): Promise<void> {
  await runCommand("ip", ["link", "add", nodeInterface, "type", "bridge"]);
  for (const address of [nodeAddress, dnsAddress])
    await runCommand("ip", ["addr", "add", `${address}/32`, "dev", nodeInterface]);
  await runCommand("ip", ["link", "set", nodeInterface, "up"]);
}

export const hasNodeInterface = (): boolean => existsSync(`/sys/class/net/${nodeInterface}`);

export async function removeNodeInterface(): Promise<void> {
  if (hasNodeInterface()) await runCommand("ip", ["link", "del", nodeInterface]);
}
