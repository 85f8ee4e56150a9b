import type { ClusterLayout } from "../layout.ts";
import type { ClusterNetwork } from "../network.ts";

/** Also the beginning of the names of files that CNI keeps elsewhere. */
export const cniNetwork = "froussard-e2e";

/**
 * The pods' network. Each pod has a pair of interfaces and a route of its own, without a bridge: whatever goes from pod to pod
 * is routed, so that the kernel's forward rules see it, which is where Services and NetworkPolicies are.
 */
export function cniConfig({ cni }: ClusterLayout, network: ClusterNetwork) {
  return {
    cniVersion: "0.4.0",
    name: cniNetwork,
    plugins: [
      {
        type: "ptp",
        ipMasq: false,
        ipam: {
          type: "host-local",
          dataDir: cni.leases,
          ranges: [[{ subnet: network.podCidr }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
    ],
  };
}
