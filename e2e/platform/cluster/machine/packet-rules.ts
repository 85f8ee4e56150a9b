import { runCommand } from "../run-command.ts";

interface Chain {
  table: string;
  chain: string;
}

const programs = ["iptables", "ip6tables"] as const;

/** Kubernetes' chains: kube-proxy's, those of NetworkPolicies, and those that the kubelet makes and nobody removes. */
export async function kubernetesChains(): Promise<Chain[]> {
  return chainsOf(await runCommand("iptables-save", []));
}

/** The chains of Kubernetes' in what `iptables-save` prints. */
export function chainsOf(saved: string): Chain[] {
  let table = "";
  return saved.split("\n").flatMap((line) => {
    if (line.startsWith("*")) table = line.slice(1);
    const chain = /^:(KUBE-\S+)/.exec(line)?.[1];
    return chain ? [{ table, chain }] : [];
  });
}

/**
 * What `iptables-restore --noflush` is given to remove Kubernetes' chains, and every rule that leads to one, from what
 * `iptables-save` printed. Empty when there are none.
 */
export function removalOf(saved: string): string {
  let table = "";
  const commands = new Map<string, string[]>();
  const add = (command: string) => commands.set(table, [...(commands.get(table) ?? []), command]);
  for (const line of saved.split("\n")) {
    if (line.startsWith("*")) table = line.slice(1);
    else if (/^-A (?!KUBE-)\S+ .*-j KUBE-/.test(line)) add(line.replace(/^-A/, "-D"));
  }
  for (const remove of ["-F", "-X"])
    for (const found of chainsOf(saved)) {
      table = found.table;
      add(`${remove} ${found.chain}`);
    }
  return [...commands].map(([name, lines]) => `*${name}\n${lines.join("\n")}\nCOMMIT\n`).join("");
}

/** Sets of addresses of the engine for NetworkPolicies, among the names of all sets. */
export const setsOf = (names: string): string[] => names.split("\n").filter((name) => /^(inet6:)?KUBE-/.test(name));

/** Removes Kubernetes' packet rules, for both versions of IP, and the sets of addresses that they used. */
export async function removeKubernetesChains(): Promise<void> {
  for (const program of programs) {
    const removal = removalOf(await runCommand(`${program}-save`, []));
    if (removal) await runCommand(`${program}-restore`, ["--noflush"], { input: removal });
  }
  for (const set of setsOf(await runCommand("ipset", ["list", "-name"]))) await runCommand("ipset", ["destroy", set]);
}
