import { join } from "node:path";
import type { ClusterLayout } from "../layout.ts";
import { apiServerUrl, type ClusterNetwork } from "../network.ts";

/** How a user signs in to the API server; JSON, which is YAML too. */
export function kubeconfig({ pki }: ClusterLayout, network: ClusterNetwork, user: string) {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name: "e2e", cluster: { server: apiServerUrl(network), "certificate-authority": join(pki, "ca.crt") } },
    ],
    users: [
      {
        name: user,
        user: { "client-certificate": join(pki, `${user}.crt`), "client-key": join(pki, `${user}.key`) },
      },
    ],
    contexts: [{ name: "e2e", context: { cluster: "e2e", user } }],
    "current-context": "e2e",
  };
}
