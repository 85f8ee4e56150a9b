import { existsSync } from "node:fs";
import { ip, layWire } from "../../../scripts/images/testing/lay-wire.ts";
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

/**
 * Makes a network with both addresses, to which the node routes; what a test left behind that was killed is replaced, so there
 * is one at a time. Needs root, and IP forwarding.
 */
export function openOutside(): Outside {
  const ends = ["frsd-beyond-o", "frsd-beyond-i"] as const;
  // Addresses that are set apart for documentation.
  const [node, gateway, web, metadata] = ["198.51.100.1", "198.51.100.2", "203.0.113.10", "169.254.169.254"] as const;
  removeOutside();
  ip("netns", "add", name);
  try {
    layWire({ namespace: name, ends, addresses: [node, gateway] });
    ip("-n", name, "route", "add", "default", "via", node);
    for (const address of [web, metadata]) {
      ip("-n", name, "address", "add", `${address}/32`, "dev", "lo");
      ip("route", "add", `${address}/32`, "via", gateway, "metric", "1");
    }
  } catch (error) {
    removeOutside();
    throw error;
  }
  return { network: `/run/netns/${name}`, web, metadata, close: removeOutside };
}

const name = "froussard-beyond";

/** Removes it where there is one: its end of the wire goes with it, and the routes with the wire. */
export function removeOutside(): void {
  if (existsSync(`/run/netns/${name}`)) ip("netns", "delete", name);
}
