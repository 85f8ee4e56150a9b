import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { Network } from "./in-network.ts";

/** What lies behind the node's gateway, as far as a pod can tell. */
export interface Outside {
  network: Network;
  /** A host of the internet's. */
  readonly web: string;
  /** Where clouds hand out credentials of their machines. */
  readonly metadata: string;
  close(): void;
}

/** Makes a network with both addresses, to which the node routes. Needs root, and IP forwarding. */
export function openOutside(): Outside {
  const id = randomBytes(3).toString("hex");
  const [name, outer, inner] = [`frsd-${id}`, `frsd-${id}-o`, `frsd-${id}-i`];
  // Addresses that are set apart for documentation.
  const [node, gateway, web, metadata] = ["198.51.100.1", "198.51.100.2", "203.0.113.10", "169.254.169.254"] as const;
  const ip = (...args: readonly string[]) => execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"] });
  // Its end of the wire goes with it, and the routes with the wire.
  const close = () => void ip("netns", "delete", name);
  ip("netns", "add", name);
  try {
    ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", name);
    ip("address", "add", `${node}/30`, "dev", outer);
    ip("link", "set", outer, "up");
    for (const link of [inner, "lo"]) ip("-n", name, "link", "set", link, "up");
    ip("-n", name, "address", "add", `${gateway}/30`, "dev", inner);
    ip("-n", name, "route", "add", "default", "via", node);
    for (const address of [web, metadata]) {
      ip("-n", name, "address", "add", `${address}/32`, "dev", "lo");
      ip("route", "add", `${address}/32`, "via", gateway, "metric", "1");
    }
  } catch (error) {
    close();
    throw error;
  }
  return { network: `/run/netns/${name}`, web, metadata, close };
}
