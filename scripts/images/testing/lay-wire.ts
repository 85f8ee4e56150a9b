import { execFileSync } from "node:child_process";

export interface Wire {
  /** Network namespace at the inner end; it is there already. */
  namespace: string;
  /** Names of both ends, this machine's first. */
  ends: readonly [outer: string, inner: string];
  /** Addresses of both ends, of one network of four. */
  addresses: readonly [outer: string, inner: string];
}

/** Runs `ip`. @throws Error when it fails, or takes longer than half a minute */
export const ip = (...args: readonly string[]): void =>
  void execFileSync("ip", args, { stdio: ["ignore", "ignore", "pipe"], timeout: 30_000 });

/** Joins a network namespace to this machine. Whoever deletes the namespace takes the wire with it. Needs root. */
export function layWire({ namespace, ends: [outer, inner], addresses: [here, there] }: Wire): void {
  ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", namespace);
  ip("address", "add", `${here}/30`, "dev", outer);
  ip("link", "set", outer, "up");
  for (const link of [inner, "lo"]) ip("-n", namespace, "link", "set", link, "up");
  ip("-n", namespace, "address", "add", `${there}/30`, "dev", inner);
}
