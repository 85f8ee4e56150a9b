import { existsSync, readFileSync, writeFileSync } from "node:fs";

/** Settings below /proc/sys that the cluster sets, or the kubelet or kube-proxy by themselves. */
const changed = [
  "net/ipv4/ip_forward",
  "net/ipv4/conf/all/route_localnet",
  "net/bridge/bridge-nf-call-iptables",
  "net/bridge/bridge-nf-call-ip6tables",
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
];

const file = (name: string) => `/proc/sys/${name}`;

/** As they are now. */
export const kernelSettings = (): Record<string, string> =>
  Object.fromEntries(
    changed.filter((name) => existsSync(file(name))).map((name) => [name, readFileSync(file(name), "utf8").trim()]),
  );

/** Pods are reached by routes. */
export const forwardPackets = (): void => writeFileSync(file("net/ipv4/ip_forward"), "1");

/** Puts back those that are different now. */
export function restoreKernelSettings(settings: Readonly<Record<string, string>>): void {
  const now = kernelSettings();
  for (const [name, value] of Object.entries(settings)) if (now[name] !== value) writeFileSync(file(name), value);
}
