/** How Argo CD sees an object: what it waits for between waves. */
export type Health = { status: "Healthy" | "Progressing" | "Degraded"; message: string };

interface Condition {
  type: string;
  status: string;
  message?: string;
  reason?: string;
}
interface Observed {
  kind: string;
  metadata: { name: string; generation?: number };
  spec?: { replicas?: number };
  status?: {
    observedGeneration?: number;
    conditions?: readonly Condition[];
    replicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
  };
}

const healthy: Health = { status: "Healthy", message: "" };

/**
 * As Argo CD judges it (its built-in rules, and its Lua scripts for the kinds of Strimzi and of Argo Events); kinds without a
 * rule are healthy as soon as they are there.
 */
export function healthOf(object: Observed): Health {
  if (object.kind === "Deployment") return deploymentHealth(object);
  if (object.kind === "KafkaTopic" || object.kind === "KafkaUser") return conditionHealth(object, "Ready", "NotReady");
  if (["EventBus", "EventSource", "Sensor"].includes(object.kind)) return conditionHealth(object, "Deployed");
  return healthy;
}

function deploymentHealth({ metadata, spec, status = {} }: Observed): Health {
  const wanted = spec?.replicas ?? 1;
  const { observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0, conditions } = status;
  if (observedGeneration < (metadata.generation ?? 0)) return progressing("not yet seen by its controller");
  if (conditions?.some(({ reason }) => reason === "ProgressDeadlineExceeded"))
    return { status: "Degraded", message: "it exceeded its progress deadline" };
  if (updatedReplicas < wanted) return progressing(`${updatedReplicas} of ${wanted} pods are new`);
  if (replicas > updatedReplicas) return progressing(`${replicas - updatedReplicas} old pods are left`);
  if (availableReplicas < updatedReplicas)
    return progressing(`${availableReplicas} of ${updatedReplicas} pods are available`);
  return healthy;
}

function conditionHealth({ kind, metadata, status }: Observed, good: string, bad?: string): Health {
  // What an earlier generation was like says nothing.
  const { observedGeneration } = status ?? {};
  if (observedGeneration !== undefined && observedGeneration < (metadata.generation ?? 0))
    return progressing(`waiting for ${kind}`);
  for (const { type, status: value, message, reason } of status?.conditions ?? []) {
    if ((type === bad && value === "True") || (type === good && value === "False"))
      return { status: "Degraded", message: message ?? reason ?? `${type} is ${value}` };
    if (type === good && value === "True") return healthy;
  }
  return progressing(`waiting for ${kind}`);
}

const progressing = (message: string): Health => ({ status: "Progressing", message });
