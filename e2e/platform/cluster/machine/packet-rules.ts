import { runCommand } from "../run-command.ts";

interface Chain {
  table: string;
  chain: string;
}

const programs = ["iptables", "ip6tables"] as const;

/** Kubernetes' chains: those of kube-proxy, and those that the kubelet makes and nobody removes. */
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

/** Removes Kubernetes' packet rules, for both versions of IP. */
export async function removeKubernetesChains(): Promise<void> {
  for (const program of programs) {
    const removal = removalOf(await runCommand(`${program}-save`, []));
    if (removal) await runCommand(`${program}-restore`, ["--noflush"], { input: removal });
  }
}
