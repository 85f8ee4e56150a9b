import { join } from "node:path";
import type { ClusterLayout } from "../layout.ts";
import type { ClusterNetwork } from "../network.ts";

/** Loopback, where only the machine itself can ask. */
export const kubeletHealth = { address: "127.0.0.1", port: 10248 };

/** @see https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
export function kubeletConfig({ kubelet, pki, containerd, logs }: ClusterLayout, network: ClusterNetwork) {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    address: network.nodeAddress,
    healthzBindAddress: kubeletHealth.address,
    healthzPort: kubeletHealth.port,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(pki, "ca.crt") },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: join(pki, "kubelet.crt"),
    tlsPrivateKeyFile: join(pki, "kubelet.key"),
    containerRuntimeEndpoint: `unix://${containerd.socket}`,
    clusterDNS: [network.dnsAddress],
    clusterDomain: network.domain,
    resolvConf: kubelet.resolvConf,
    podLogsDir: join(logs, "pods"),
    volumePluginDir: kubelet.plugins,
    // Machines without systemd, and with either version of cgroups.
    cgroupDriver: "cgroupfs",
    failCgroupV1: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    // Lowering it needs a capability that not every root has.
    oomScoreAdj: 0,
    // A machine that is half full of other things is no reason to evict pods, and images can't be pulled again.
    evictionHard: { "memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%" },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
  };
}
