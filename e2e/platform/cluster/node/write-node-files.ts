import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ClusterLayout } from "../layout.ts";
import type { ClusterNetwork } from "../network.ts";
import { users } from "../pki.ts";
import { cniConfig, cniNetwork } from "./cni-config.ts";
import { containerdConfig } from "./containerd-config.ts";
import { corefile } from "./corefile.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { kubeletConfig } from "./kubelet-config.ts";

/** Writes every program's configuration. */
export function writeNodeFiles(layout: ClusterLayout, network: ClusterNetwork): void {
  const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
  const texts: Record<string, string> = {
    [layout.containerd.config]: containerdConfig(layout),
    [join(layout.cni.config, `${cniNetwork}.conflist`)]: json(cniConfig(layout, network)),
    [layout.kubelet.config]: json(kubeletConfig(layout, network)),
    [layout.kubelet.resolvConf]: `nameserver ${network.dnsAddress}\n`,
    [layout.corefile]: corefile(layout, network),
  };
  for (const { name } of users) texts[layout.kubeconfig(name)] = json(kubeconfig(layout, network, name));
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode: 0o600 });
  }
}
