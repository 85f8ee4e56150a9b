import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { BlockList } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import * as z from "zod";
import { type ClusterNetwork, nodeInterface } from "../network.ts";
import { runCommand } from "../run-command.ts";
import { hasNodeInterface } from "./node-interface.ts";
import { missingPackages } from "./packages.ts";
import { kubernetesChains } from "./packet-rules.ts";

/**
 * Why no cluster can run here, with what to do about each; empty when one can. Nothing is changed: what is made to see whether
 * the kernel can do it is removed at once.
 */
export async function machineFaults(network: ClusterNetwork, path: string): Promise<string[]> {
  if (process.platform !== "linux") return ["the cluster needs Linux: run this in a virtual machine"];
  if (process.getuid?.() !== 0) return ["the cluster needs root (mounts, networks, containers): run this as root"];
  const missing = missingPackages(path);
  if (missing.length > 0) return [`missing programs: apt-get install -y --no-install-recommends ${missing.join(" ")}`];
  const checks = [overlay(), interfaces(), packets(), cgroups(), addresses(network), openssl()];
  return (await Promise.all(checks)).flat();
}

async function overlay(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "froussard-overlay-"));
  const [lower, upper, work, merged] = ["lower", "upper", "work", "merged"].map((name) => join(folder, name));
  try {
    for (const made of [lower, upper, work, merged]) mkdirSync(made ?? "");
    const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    await runCommand("mount", ["-t", "overlay", "overlay", "-o", layers, merged ?? ""]);
    await runCommand("umount", [merged ?? ""]);
    return [];
  } catch (error) {
    return [`overlayfs can't be mounted, on which containers stand (modprobe overlay?): ${messageOf(error)}`];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function interfaces(): Promise<string[]> {
  const [bridge, one, other] = ["frsd-try", "frsd-try1", "frsd-try2"];
  const make = async (name: string, ...kind: string[]) => {
    try {
      await runCommand("ip", ["link", "add", name, "type", ...kind]);
      await runCommand("ip", ["link", "del", name]);
      return [];
    } catch (error) {
      return [
        `the kernel makes no network interface of the kind ${kind[0]} (modprobe ${kind[0]}?): ${messageOf(error)}`,
      ];
    }
  };
  return [...(await make(bridge, "bridge")), ...(await make(one, "veth", "peer", "name", other))];
}

async function packets(): Promise<string[]> {
  try {
    const chains = await kubernetesChains();
    if (chains.length === 0) return [];
    return [
      `another Kubernetes seems to run here (iptables has ${chains[0]?.chain}): stop it; if it is what a cluster of ours left behind: npm run e2e -- down`,
    ];
  } catch (error) {
    return [`iptables can't be used, which makes Services (modprobe ip_tables or nf_tables?): ${messageOf(error)}`];
  }
}

async function cgroups(): Promise<string[]> {
  const controllers = existsSync("/sys/fs/cgroup/cgroup.controllers")
    ? readFileSync("/sys/fs/cgroup/cgroup.controllers", "utf8").trim().split(" ")
    : ["cpu", "memory", "pids"].filter((name) => existsSync(`/sys/fs/cgroup/${name}`));
  const absent = ["cpu", "memory", "pids"].filter((name) => !controllers.includes(name));
  return absent.length === 0
    ? []
    : [`cgroups lack ${absent.join(", ")}, which limit pods: mount them at /sys/fs/cgroup`];
}

const addressList = z.array(z.object({ ifname: z.string(), addr_info: z.array(z.object({ local: z.string() })) }));
const routeList = z.array(z.object({ dst: z.string(), dev: z.string().optional() }));

async function addresses({ nodeAddress, dnsAddress, clusterCidr, serviceCidr }: ClusterNetwork): Promise<string[]> {
  const ask = async <T>(schema: z.ZodType<T>, ...args: string[]) =>
    schema.parse(JSON.parse(await runCommand("ip", ["-4", "-json", ...args])));
  const taken = (await ask(addressList, "addr")).flatMap(({ ifname, addr_info }) =>
    addr_info
      .filter(({ local }) => ifname !== nodeInterface && [nodeAddress, dnsAddress].includes(local))
      .map(({ local }) => `${local} is the address of ${ifname} already: choose another with --node-address`),
  );
  const left = hasNodeInterface()
    ? [
        `${nodeInterface} is there already: another platform is being brought up, or one was left behind: npm run e2e -- down`,
      ]
    : [];
  const ours = new BlockList();
  for (const cidr of [clusterCidr, serviceCidr]) {
    const [address = "", bits] = cidr.split("/");
    ours.addSubnet(address, Number(bits));
  }
  const routed = (await ask(routeList, "route"))
    .filter(({ dst }) => dst !== "default" && ours.check(dst.split("/")[0] ?? ""))
    .map(({ dst, dev }) => `the machine has a route to ${dst} (${dev}), which the cluster needs for itself`);
  return [...left, ...taken, ...routed];
}

async function openssl(): Promise<string[]> {
  const version = await runCommand("openssl", ["version"]);
  return /^OpenSSL (\d+)/.exec(version)?.[1] === "1" ? [`${version.trim()} is too old: install OpenSSL 3`] : [];
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
