import { randomBytes } from "node:crypto";
import { ip, layWire } from "./lay-wire.ts";

/** The network of a pod whose policy lets it reach one other pod: a wire to this machine, and no way beyond. */
export interface PodNetwork {
  /** Path of its namespace. */
  readonly namespace: string;
  /** Address of the other end, on this machine: all that the pod can send packets to. */
  readonly neighbour: string;
  close(): void;
}

type Names = [namespace: string, outer: string, inner: string];

/** Makes one, with addresses that are set apart for documentation. Needs root. */
export function openPodNetwork(): PodNetwork {
  const id = randomBytes(3);
  const [namespace, outer, inner] = ["", "-o", "-i"].map((end) => `frsd-${id.toString("hex")}${end}`) as Names;
  // One of 64 pieces, so that suites side by side do not meet.
  const first = ((id[0] ?? 0) % 64) * 4;
  const [neighbour, own] = [`192.0.2.${first + 1}`, `192.0.2.${first + 2}`] as const;
  const close = () => ip("netns", "delete", namespace);
  ip("netns", "add", namespace);
  try {
    layWire({ namespace, ends: [outer, inner], addresses: [neighbour, own] });
  } catch (error) {
    close();
    throw error;
  }
  return { namespace: `/run/netns/${namespace}`, neighbour, close };
}
