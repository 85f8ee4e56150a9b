import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { type Component, selectorOf } from "./labels.ts";
import type { Flow } from "./network.ts";

export interface PodPolicyProps {
  name: string;
  namespace: string;
  /** Whose pods it is about. @default - all pods of the namespace */
  component?: Component;
  /** Who may reach them. @default - nobody */
  from?: readonly Flow[];
  /** What they may reach. @default - nothing */
  to?: readonly Flow[];
}

/** What pods may reach and who may reach them, and nothing else: both directions are always closed. */
export class PodPolicy extends Construct {
  constructor(scope: Construct, id: string, props: PodPolicyProps) {
    super(scope, id);
    const { name, namespace, component, from = [], to = [] } = props;
    new k8s.KubeNetworkPolicy(this, "policy", {
      metadata: { name, namespace },
      spec: {
        podSelector: component ? { matchLabels: selectorOf(component) } : {},
        policyTypes: ["Ingress", "Egress"],
        ingress: from.map(({ peers, ports }) => ({ ...(peers.length > 0 && { from: peers }), ports })),
        egress: to.map(({ peers, ports }) => ({ to: peers, ports })),
      },
    });
  }
}
