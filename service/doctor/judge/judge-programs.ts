import { check } from "../../checks/finding.ts";
import { type Component, componentLabel, deployedNames } from "../deployed-names.ts";
import type { Finding } from "../doctor-report.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import type { Deployment, Pod } from "../kubernetes/objects.ts";
import { foundIn, obstacleTo, type Reading } from "../kubernetes/reading.ts";

/** Whether the service's two Deployments are available, of one image, and the images of the runs fit. Pure. */
export function judgePrograms(facts: ClusterFacts): Finding[] {
  const { service } = facts.namespaces;
  return [
    judgeDeployment("serve", facts.serve, facts.servicePods, service),
    judgeDeployment("watch", facts.watch, facts.servicePods, service),
    ...judgeImages(facts),
  ];
}

function judgeDeployment(
  program: "serve" | "watch",
  reading: Reading<Deployment>,
  pods: Reading<Pod[]>,
  namespace: string,
): Finding {
  const name = deployedNames[program];
  const here = check("deployment", `${namespace}/${name}`);
  const obstacle = obstacleTo(reading);
  if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
  if (reading.kind !== "found")
    return here.fault("it is not there", "sync dist/; another namespace: --service-namespace");
  const { spec, status } = reading.value;
  if (spec.replicas === 0)
    return here.fault("it is scaled to 0", `kubectl scale deployment/${name} -n ${namespace} --replicas=1`);
  const trouble = troubleOf(podsOf(pods, program));
  const look = `kubectl describe pod -n ${namespace} -l ${componentLabel}=${program}; kubectl logs -n ${namespace} deployment/${name}`;
  if (status.availableReplicas === 0) {
    const failure = status.conditions.find(({ type, status: is }) => type === "ReplicaFailure" && is === "True");
    return here.fault(`no pod is available${trouble ?? (failure?.message ? `: ${failure.message}` : "")}`, look);
  }
  if (status.availableReplicas < spec.replicas || status.updatedReplicas < spec.replicas)
    return here.warning(
      `${status.availableReplicas} of ${spec.replicas} pods are available, ${status.updatedReplicas} of them as they are set to be${trouble ?? ""}`,
      look,
    );
  return here.ok(`${status.availableReplicas} of ${spec.replicas} pods are available`);
}

/**
 * The pods of a part; nothing where they may not be looked at. A pod that no controller made is none of them, whatever its
 * labels say. Pure.
 */
export function podsOf(pods: Reading<readonly Pod[]>, component: Component): Pod[] {
  return (foundIn(pods) ?? []).filter(
    ({ metadata }) => metadata.labels[componentLabel] === component && metadata.ownerReferences.length > 0,
  );
}

export function isReady({ status }: Pod): boolean {
  return status.conditions.some(({ type, status: is }) => type === "Ready" && is === "True");
}

/** What holds pods up, in Kubernetes' words, to be put behind a sentence. Pure. */
export function troubleOf(pods: readonly Pod[]): string | undefined {
  for (const { metadata, status } of pods.filter((pod) => !isReady(pod))) {
    const unscheduled = status.conditions.find(({ type, status: is }) => type === "PodScheduled" && is === "False");
    if (unscheduled) return `: ${metadata.name} finds no node (${unscheduled.message ?? unscheduled.reason})`;
    for (const { name, state } of [...status.initContainerStatuses, ...status.containerStatuses]) {
      const { reason, message } = state.waiting ?? state.terminated ?? {};
      if (reason && reason !== "PodInitializing" && reason !== "ContainerCreating" && reason !== "Completed")
        return `: ${metadata.name}, container ${name}: ${reason}${message ? ` (${message})` : ""}`;
    }
  }
  return undefined;
}

function judgeImages({ serve, watch, template }: ClusterFacts): Finding[] {
  const imageOf = (reading: Reading<Deployment>) => foundIn(reading)?.spec.template.spec.containers[0]?.image;
  const [one, other] = [imageOf(serve), imageOf(watch)];
  const here = check("images");
  if (one === undefined || other === undefined) return [here.skipped("there are not both serve and watch to compare")];
  if (one !== other)
    return [here.fault(`serve is ${one}, watch is ${other}`, "sync dist/ again, and wait until both are rolled out")];
  const runs = (foundIn(template)?.spec.templates ?? []).flatMap(({ container }) => container?.image ?? []);
  const version = versionOf(one);
  const others = [...new Set(runs)].filter(
    (image) => version !== undefined && versionOf(image) !== undefined && versionOf(image) !== version,
  );
  if (others.length > 0)
    return [
      here.warning(
        `the service is ${one}, the runs are ${others.join(", ")}`,
        "take images of one version: images.* in infra/settings.ts, then npm run synth",
      ),
    ];
  return [here.ok([...new Set([one, ...runs])].join(", "))];
}

/** The version that a tag names; of a digest, and of a tag that is none, there is nothing to compare. */
function versionOf(image: string): string | undefined {
  return image.includes("@") ? undefined : /:v?(\d+\.\d[^:/]*)$/.exec(image)?.[1];
}
