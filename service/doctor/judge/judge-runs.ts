import { limits, parameters, stages, topics, workflowTemplate } from "@froussard/contract";
import { check } from "../../checks/finding.ts";
import type { Finding } from "../doctor-report.ts";
import type { ClusterFacts } from "../kubernetes/cluster-facts.ts";
import type { Workflow } from "../kubernetes/objects.ts";
import { foundIn, obstacleTo } from "../kubernetes/reading.ts";
import { podsOf, troubleOf } from "./judge-programs.ts";

const day = 86_400;
const sync = "sync dist/ again: it is part of it";

/** Whether runs can begin, are kept for long enough, and none is stuck. Pure. */
export function judgeRuns(facts: ClusterFacts): Finding[] {
  return [judgeTemplate(facts), judgeRetention(facts), judgeWorkflows(facts)];
}

function judgeTemplate({ template, namespaces }: ClusterFacts): Finding {
  const here = check("workflow-template", `${namespaces.workflows}/${workflowTemplate}`);
  const obstacle = obstacleTo(template);
  if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
  if (template.kind !== "found") return here.fault("it is not there: no run can begin", sync);
  const declared = template.value.spec.arguments.parameters;
  const names = declared.map(({ name }) => name);
  const missing = parameters.filter((name) => !names.includes(name));
  const more = names.filter((name) => !parameters.some((known) => known === name));
  if (missing.length > 0 || more.length > 0)
    return here.fault(
      [
        ...(missing.length > 0 ? [`parameters are missing: ${missing.join(", ")}`] : []),
        ...(more.length > 0 ? [`parameters are unknown: ${more.join(", ")}`] : []),
      ].join("; "),
      sync,
    );
  const at = parameters.findIndex((name, index) => names[index] !== name);
  if (at >= 0) return here.fault(`parameter ${at} is ${names[at]}, and has to be ${parameters[at]}`, sync);
  const allowed = declared.find(({ name }) => name === "stage")?.enum ?? [];
  if (stages.some((stage) => !allowed.includes(stage)) || allowed.length !== stages.length)
    return here.fault(
      `stage may be ${allowed.join(", ") || "anything"}, and has to be one of ${stages.join(", ")}`,
      sync,
    );
  return here.ok(`${names.length} parameters, as the contract has them`);
}

function judgeRetention({ template, topics: reading }: ClusterFacts): Finding {
  const here = check("retention");
  const obstacle = obstacleTo(template) ?? obstacleTo(reading);
  if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
  const spec = foundIn(template)?.spec;
  const topic = foundIn(reading)?.find(
    ({ metadata, spec: { topicName } }) => (topicName ?? metadata.name) === topics.codexTasks,
  );
  if (!spec || !topic) return here.skipped("there are not both WorkflowTemplate and KafkaTopic to compare");
  const kept = spec.ttlStrategy?.secondsAfterCompletion;
  const retention = topic.spec.config["retention.ms"];
  const messages = Number(retention) / 1000;
  const days = (seconds: number) => `${Math.round((seconds / day) * 10) / 10} days`;
  const fix = `sync dist/ again: there Workflows are kept for ${limits.workflowTtlDays} days, and messages for less`;
  if (kept === undefined) return here.ok("Workflows are kept until somebody removes them");
  if (retention === undefined)
    return here.fault(
      `${topics.codexTasks} keeps messages for as long as its brokers are set to: it says nothing itself`,
      fix,
    );
  if (!(messages > 0))
    return here.fault(`${topics.codexTasks} keeps messages for ever, Workflows are kept for ${days(kept)}`, fix);
  if (kept <= messages)
    return here.fault(
      `Workflows are kept for ${days(kept)}, messages for ${days(messages)}: one that comes again would start a second run`,
      fix,
    );
  return here.ok(`Workflows are kept for ${days(kept)}, messages for ${days(messages)}`);
}

/** A Workflow that the controller has not seen, or a pod that has not started, for so long; one that waits without a lock. Milliseconds. */
const unseenMs = 2 * 60_000;
const pendingMs = 15 * 60_000;

/** What keeps pods of runs from starting; for a moment every pod waits for something. */
function heldUp({ workflowPods, at }: ClusterFacts): string | undefined {
  const pods = (["mediator", "agent", "report"] as const).flatMap((part) => podsOf(workflowPods, part));
  return troubleOf(
    pods.filter(
      ({ metadata, status }) =>
        status.phase === "Pending" && at - Date.parse(metadata.creationTimestamp ?? "") > unseenMs,
    ),
  );
}

function judgeWorkflows(facts: ClusterFacts): Finding {
  const { workflows: reading, namespaces, at } = facts;
  const { workflows: namespace } = namespaces;
  const here = check("workflows", namespace);
  const obstacle = obstacleTo(reading);
  if (obstacle) return here.skipped(obstacle.because, obstacle.fix);
  const open = foundIn(reading) ?? [];
  const age = ({ metadata }: Workflow) => at - Date.parse(metadata.creationTimestamp ?? "");
  const unseen = open.filter((each) => !each.status?.phase && age(each) > unseenMs);
  if (unseen.length > 0)
    return here.fault(
      `${unseen.map(({ metadata }) => metadata.name).join(", ")}: no controller has taken ${unseen.length === 1 ? "it" : "them"} up`,
      "see that Argo's workflow controller runs and looks at this namespace: kubectl get pods -A -l app=workflow-controller",
    );
  const stuck = open.filter(
    ({ status, ...each }) =>
      status?.phase === "Pending" &&
      age(each) > pendingMs &&
      !/waiting for .* lock|Waiting for /i.test(status.message ?? ""),
  );
  if (stuck.length > 0)
    return here.fault(
      stuck
        .map(({ metadata, status }) => `${metadata.name} is pending: ${status?.message ?? "no reason is given"}`)
        .join("; "),
      `argo get -n ${namespace} ${stuck[0]?.metadata.name}`,
    );
  const held = heldUp(facts);
  if (held)
    return here.fault(
      `a pod of a run does not start${held}`,
      `kubectl get events -n ${namespace} --sort-by=.lastTimestamp; an image or its pull secret: docs/installation.md, room: docs/prerequisites.md`,
    );
  const waiting = open.filter(({ status }) => status?.phase === "Pending").length;
  return here.ok(`${open.length} not finished${waiting > 0 ? `, ${waiting} of them waiting for their turn` : ""}`);
}
