import { check } from "../../checks/finding.ts";
import { deployedNames } from "../deployed-names.ts";
import type { Finding } from "../doctor-report.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import { foundIn, obstacleTo } from "../kubernetes/reading.ts";

/** What a program has to be allowed in the namespace of the runs, in Argo's group. */
interface Need {
  who: string;
  namespace: string;
  account: string | undefined;
  resource: string;
  verbs: readonly string[];
  /** What does not happen without it. */
  otherwise: string;
}

/** Whether the Roles of the runs' namespace give what the programs need. Pure. */
export function judgeRoles(facts: ClusterFacts): Finding[] {
  const { workflows, service } = facts.namespaces;
  const needs: Need[] = [
    {
      ...{ who: "Sensor", namespace: workflows, account: foundIn(facts.sensor)?.spec.template?.serviceAccountName },
      ...{ resource: "workflows", verbs: ["get", "create", "patch"], otherwise: "no task becomes a Workflow" },
    },
    {
      ...{ who: "executor", namespace: workflows, account: foundIn(facts.template)?.spec.executor?.serviceAccountName },
      ...{ resource: "workflowtaskresults", verbs: ["create", "patch"], otherwise: "no run's result reaches Argo" },
    },
    {
      ...{ who: "watch", namespace: service },
      account: foundIn(facts.watch)?.spec.template.spec.serviceAccountName ?? deployedNames.watch,
      ...{
        resource: "workflows",
        verbs: ["get", "list"],
        otherwise: "watch publishes nothing again and tells no failure",
      },
    },
  ];
  return needs.flatMap((need) => (need.account === undefined ? [] : [judgeNeed(need, need.account, facts)]));
}

function judgeNeed(need: Need, account: string, { roles, roleBindings, namespaces }: ClusterFacts): Finding {
  const { who, resource, verbs, otherwise } = need;
  const here = check("role", `${who} (ServiceAccount ${need.namespace}/${account})`);
  const obstacle = obstacleTo(roles) ?? obstacleTo(roleBindings);
  if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
  const bound = (foundIn(roleBindings) ?? []).filter(({ metadata, subjects }) =>
    subjects?.some(
      ({ kind, name, namespace }) =>
        kind === "ServiceAccount" && name === account && (namespace ?? metadata.namespace) === need.namespace,
    ),
  );
  const rules = bound.flatMap(({ roleRef }) =>
    roleRef.kind === "Role"
      ? ((foundIn(roles) ?? []).find(({ metadata }) => metadata.name === roleRef.name)?.rules ?? [])
      : [],
  );
  const has = (list: readonly string[], word: string) => list.includes(word) || list.includes("*");
  const missing = verbs.filter(
    (verb) =>
      !rules.some(
        (rule) => has(rule.apiGroups, "argoproj.io") && has(rule.resources, resource) && has(rule.verbs, verb),
      ),
  );
  if (missing.length === 0) return here.ok(`may ${verbs.join(", ")} ${resource}`);
  const clusterRole = bound.find(({ roleRef }) => roleRef.kind === "ClusterRole")?.roleRef.name;
  if (clusterRole !== undefined)
    return here.skipped(
      `the rights come from the ClusterRole ${clusterRole}, which is not looked at`,
      `ask: kubectl auth can-i ${missing[0]} ${resource}.argoproj.io -n ${namespaces.workflows} --as system:serviceaccount:${need.namespace}:${account}`,
    );
  return here.fault(
    `no Role in ${namespaces.workflows} lets it ${missing.join(", ")} ${resource}.argoproj.io: ${otherwise}`,
    "sync dist/ again: Role and RoleBinding are part of it",
  );
}
