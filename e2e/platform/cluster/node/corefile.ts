import type { ClusterLayout } from "../layout.ts";
import type { ClusterNetwork } from "../network.ts";

/** CoreDNS's configuration: names of the cluster alone, there are no others. */
export const corefile = (layout: ClusterLayout, { domain, dnsAddress }: ClusterNetwork): string => `.:53 {
  bind ${dnsAddress}
  errors
  cache 5
  kubernetes ${domain} in-addr.arpa {
    kubeconfig ${layout.kubeconfig("coredns")}
  }
}
`;
