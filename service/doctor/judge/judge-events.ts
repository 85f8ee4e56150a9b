import { consumerGroup, parameters, workflowTemplate } from "@froussard/contract";
import { check } from "../../checks/finding.ts";
import { type Component, componentLabel, deployedNames } from "../deployed-names.ts";
import type { Finding } from "../doctor-report.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import { containersOf } from "../kubernetes/deployed-settings.ts";
import type { Condition, Pod } from "../kubernetes/objects.ts";
import { foundIn, obstacleTo, type Reading } from "../kubernetes/reading.ts";
import { isReady, podsOf, troubleOf } from "./judge-programs.ts";

type Controlled = { status?: { conditions?: readonly Condition[] | null | undefined } | null | undefined };

const sync = "sync dist/; another namespace: --workflows-namespace";

/** Whether the way from the topic to a Workflow is there: event bus, EventSource, Sensor, each with its pods. Pure. */
export function judgeEvents(facts: ClusterFacts): Finding[] {
  const replicas = foundIn(facts.eventBus)?.spec.jetstream?.replicas ?? 1;
  return [
    judgeObject(facts, "event-bus", facts.eventBus, replicas, () => []),
    judgeObject(facts, "event-source", facts.eventSource, 1, () => sourceFaults(facts)),
    judgeObject(facts, "sensor", facts.sensor, 1, () => sensorFaults(facts)),
  ];
}

/** What Argo Events says of an object, what its pods say, and what does not fit the others. */
function judgeObject<T extends Controlled & { metadata: { name: string } }>(
  { namespaces, workflowPods }: ClusterFacts,
  id: Component & ("event-bus" | "event-source" | "sensor"),
  reading: Reading<T>,
  replicas: number,
  misfits: () => string[],
): Finding {
  const { workflows: namespace } = namespaces;
  const here = check(id, `${namespace}/${foundIn(reading)?.metadata.name ?? deployedNames.events}`);
  const obstacle = obstacleTo(reading);
  if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
  if (reading.kind !== "found") return here.fault("it is not there: no task becomes a Workflow", sync);
  const wrong = misfits();
  if (wrong.length > 0) return here.fault(wrong.join("; "), "sync dist/ again: the parts fit each other there");
  const look = `kubectl get pods -n ${namespace} -l ${componentLabel}=${id}; kubectl logs -n ${namespace} -l ${componentLabel}=${id} --all-containers`;
  const said = judgeConditions(reading.value.status?.conditions ?? []);
  if (said)
    return here.fault(
      said,
      said.startsWith("Argo Events has not")
        ? "see that its controller runs and looks at this namespace: kubectl get pods -A -l app=controller-manager"
        : look,
    );
  const blind = obstacleTo(workflowPods);
  if (blind) return here.skipped(`it is deployed, but ${blind.because}`, blind.fix);
  const pods = podsOf(workflowPods, id).filter(
    ({ status }) => status.phase !== "Succeeded" && status.phase !== "Failed",
  );
  return judgePods(here, pods, replicas, look);
}

function judgePods(
  here: ReturnType<typeof check<Component & ("event-bus" | "event-source" | "sensor")>>,
  pods: readonly Pod[],
  replicas: number,
  look: string,
): Finding {
  const ready = pods.filter(isReady).length;
  const words = replicas === 1 ? "its pod" : `${ready} of ${replicas} pods`;
  if (ready >= replicas) return here.ok(replicas === 1 ? "its pod is ready" : `${words} are ready`);
  const found = `${replicas === 1 ? (pods.length === 0 ? "there is no pod of it" : `${words} is not ready`) : `only ${words} are ready`}${troubleOf(pods) ?? ""}`;
  // A majority of the servers is enough for the bus to work.
  return ready > replicas / 2 ? here.warning(found, look) : here.fault(found, look);
}

function judgeConditions(conditions: readonly Condition[]): string | undefined {
  if (conditions.length === 0) return "Argo Events has not looked at it yet: it has no status";
  const bad = conditions.find(({ status }) => status !== "True");
  return bad && `${bad.type} is ${bad.status}: ${bad.message ?? bad.reason ?? "no reason is given"}`;
}

function sourceFaults(facts: ClusterFacts): string[] {
  const spec = foundIn(facts.eventSource)?.spec;
  const sources = Object.values(spec?.kafka ?? {});
  if (sources.length === 0) return ["it reads nothing from Kafka"];
  const written = containersOf(facts)
    .get("serve")
    ?.env.find(({ name }) => name === "KAFKA_CODEX_TOPIC")?.value;
  return sources.flatMap(({ topic, consumerGroup: group }) => [
    ...(written !== undefined && topic !== written
      ? [`it reads the topic ${topic}, and serve writes to ${written}`]
      : []),
    ...(group?.groupName !== consumerGroup
      ? [`its consumer group is ${group?.groupName ?? "none"}, and not ${consumerGroup}, which its user may use`]
      : []),
  ]);
}

function sensorFaults({ sensor, eventSource, template, namespaces }: ClusterFacts): string[] {
  const spec = foundIn(sensor)?.spec;
  if (!spec) return [];
  const source = foundIn(eventSource);
  const [dependency] = spec.dependencies;
  const workflows = spec.triggers.flatMap(({ template: { k8s } }) =>
    k8s?.source.resource ? [k8s.source.resource] : [],
  );
  const known = foundIn(template)?.spec.arguments.parameters.map(({ name }) => name) ?? parameters;
  const unknown = workflows.flatMap((made) =>
    (made.spec?.arguments.parameters ?? []).map(({ name }) => name).filter((name) => !known.includes(name as never)),
  );
  const target = workflows[0]?.spec?.workflowTemplateRef?.name;
  const namespace = workflows[0]?.metadata.namespace;
  return [
    ...(source && source.spec.eventBusName !== spec.eventBusName
      ? [`it listens at the event bus ${spec.eventBusName}, and the EventSource speaks at ${source.spec.eventBusName}`]
      : []),
    ...(source && (dependency?.eventSourceName !== source.metadata.name || !(dependency.eventName in source.spec.kafka))
      ? [`it waits for ${dependency?.eventSourceName}/${dependency?.eventName}, which the EventSource does not send`]
      : []),
    ...(target !== workflowTemplate
      ? [`it makes Workflows of ${target ?? "nothing"}, and not of ${workflowTemplate}`]
      : []),
    ...(namespace !== undefined && namespace !== namespaces.workflows ? [`it makes Workflows in ${namespace}`] : []),
    ...(unknown.length > 0
      ? [`it sets parameters that the WorkflowTemplate does not have: ${unknown.join(", ")}`]
      : []),
  ];
}
