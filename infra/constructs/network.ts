import { k8s } from "cdk8s-plus-28";
import { type Component, selectorOf } from "./labels.ts";

type Peer = k8s.NetworkPolicyPeer;
export interface Flow {
  peers: Peer[];
  ports: k8s.NetworkPolicyPort[];
}

const tcp = (...ports: number[]): k8s.NetworkPolicyPort[] =>
  ports.map((port) => ({ protocol: "TCP", port: k8s.IntOrString.fromNumber(port) }));
const namespaceNamed = (name: string): k8s.LabelSelector => ({
  matchLabels: { "kubernetes.io/metadata.name": name },
});

/** Where packets may go to or come from; each with its ports. */
export const flows = {
  /** Our own pods, of one component. */
  pods: (component: Component, namespace: string, ...ports: number[]): Flow =>
    flows.labelled(selectorOf(component), namespace, ...ports),
  labelled: (matchLabels: Record<string, string>, namespace: string, ...ports: number[]): Flow => ({
    peers: [{ namespaceSelector: namespaceNamed(namespace), podSelector: { matchLabels } }],
    ports: tcp(...ports),
  }),
  /** All pods of a namespace. */
  namespace: (namespace: string, ...ports: number[]): Flow => ({
    peers: [{ namespaceSelector: namespaceNamed(namespace) }],
    ports: tcp(...ports),
  }),
  /** Pods of all namespaces, but nothing outside the cluster. */
  cluster: (...ports: number[]): Flow => ({ peers: [{ namespaceSelector: {} }], ports: tcp(...ports) }),
  addresses: (cidrs: readonly string[], ...ports: number[]): Flow => ({
    peers: cidrs.map((cidr) => ({ ipBlock: { cidr } })),
    ports: tcp(...ports),
  }),
  /** Anywhere outside the cluster: GitHub and the model provider have no fixed addresses. */
  web: (...ports: number[]): Flow => ({
    peers: [{ ipBlock: { cidr: "0.0.0.0/0" } }, { ipBlock: { cidr: "::/0" } }],
    ports: tcp(...ports),
  }),
  /** Everyone, also nodes: an Ingress controller may run in their network. */
  everyone: (...ports: number[]): Flow => ({ peers: [], ports: tcp(...ports) }),
  /** The cluster's name servers, also as a cache on the node. */
  names: (): Flow => ({
    peers: [{ namespaceSelector: namespaceNamed("kube-system") }, { ipBlock: { cidr: "169.254.20.10/32" } }],
    ports: [
      { protocol: "UDP", port: k8s.IntOrString.fromNumber(53) },
      { protocol: "TCP", port: k8s.IntOrString.fromNumber(53) },
    ],
  }),
  /** The API server: the Service's port, and the usual one of its endpoints. */
  apiServer: (cidrs: readonly string[]): Flow => flows.addresses(cidrs, 443, 6443),
} as const;
