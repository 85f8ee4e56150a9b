/**
 * Addresses of the cluster, all of them on bridges and pairs of interfaces of its own: it works without any network, and
 * whatever the machine's own address is.
 */
export interface ClusterNetwork {
  /** Of the node: API server and kubelet listen there, and pods reach programs of the machine at it. */
  nodeAddress: string;
  /** The API server's Service. */
  apiService: string;
  serviceCidr: string;
  /** Of all pods. */
  clusterCidr: string;
  /** Of the node's pods. */
  podCidr: string;
  /** Where CoreDNS listens: the address that NodeLocal DNSCache has, which the synthesized NetworkPolicies allow. */
  dnsAddress: string;
  domain: string;
}

export const clusterNetwork = (nodeAddress = "10.254.0.1"): ClusterNetwork => ({
  nodeAddress,
  apiService: "10.96.0.1",
  serviceCidr: "10.96.0.0/16",
  clusterCidr: "10.244.0.0/16",
  podCidr: "10.244.0.0/24",
  dnsAddress: "169.254.20.10",
  domain: "cluster.local",
});

/** The interface that carries the node's addresses. */
export const nodeInterface = "froussard-node";

export const nodeName = "node1";

/** Where the API server listens. */
export const apiPort = 6443;
export const apiServerUrl = ({ nodeAddress }: ClusterNetwork) => `https://${nodeAddress}:${apiPort}`;
