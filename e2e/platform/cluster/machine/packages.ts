import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Debian's packages, by the program or file of each that shows whether it is there. */
export const packages = {
  containerd: "containerd",
  runc: "runc",
  "/usr/lib/cni/ptp": "containernetworking-plugins",
  ip: "iproute2",
  iptables: "iptables",
  ipset: "ipset",
  nft: "nftables",
  conntrack: "conntrack",
  socat: "socat",
  busybox: "busybox-static",
  openssl: "openssl",
  mount: "mount",
} as const;

/** The packages that are not here. */
export const missingPackages = (path: string): string[] =>
  Object.entries(packages).flatMap(([file, name]) => (isThere(file, path) ? [] : [name]));

/** Where a program is, looked for as the shell does; undefined when it is nowhere. */
export const findProgram = (name: string, path: string): string | undefined =>
  path
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isExecutable);

const isThere = (file: string, path: string) =>
  file.startsWith("/") ? existsSync(file) : findProgram(file, path) !== undefined;

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
