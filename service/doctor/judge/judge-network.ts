import { check } from "../../checks/finding.ts";
import { type Component, componentLabel, components } from "../deployed-names.ts";
import type { Finding } from "../doctor-report.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import { foundIn, obstacleTo } from "../kubernetes/reading.ts";

/** Whether the pods of each part are closed in by a NetworkPolicy of their own. Pure. */
export function judgeNetwork(
  facts: Pick<ClusterFacts, "namespaces" | "servicePolicies" | "workflowPolicies">,
): Finding[] {
  return (["service", "workflows"] as const).map((side) => {
    const here = check("network-policy", facts.namespaces[side]);
    const reading = side === "service" ? facts.servicePolicies : facts.workflowPolicies;
    const obstacle = obstacleTo(reading);
    if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
    const parts = (Object.keys(components) as Component[]).filter((part) => components[part] === side);
    const open = parts.filter(
      (part) =>
        !foundIn(reading)?.some(({ spec }) => spec.podSelector.matchLabels[componentLabel] === part && isWhole(spec)),
    );
    if (open.length === 0) return here.ok(`one for each of ${parts.join(", ")}`);
    return here.fault(
      `no NetworkPolicy for incoming and outgoing traffic of ${open.join(", ")}: ${open.includes("agent") ? "what the model runs could reach the network" : "they are open to other pods"}`,
      "sync dist/ again: they are part of it",
    );
  });
}

function isWhole({ policyTypes }: { policyTypes: readonly string[] }): boolean {
  return policyTypes.includes("Ingress") && policyTypes.includes("Egress");
}
