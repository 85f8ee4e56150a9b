import { limits } from "@froussard/contract";
import { check } from "../../checks/finding.ts";
import { componentLabel } from "../deployed-names.ts";
import type { Finding } from "../doctor-report.ts";
import { metricSum } from "../health/metric-sum.ts";
import type { HealthFacts, PodHealth } from "../health/read-health.ts";
import { obstacleTo, type Reading } from "../kubernetes/reading.ts";

/** What the service says of itself: whether it is ready, and what waits or was lost. Pure. */
export function judgeHealth({ serve, watch, namespace, deadlineMinutes }: HealthFacts): Finding[] {
  return [
    judgeReadiness("serve", serve, namespace),
    judgeReadiness("watch", watch, namespace),
    judgeDeadLetters(serve, namespace),
    judgeUnanswered(watch, deadlineMinutes),
  ];
}

type Answer = Reading<{ status: number; text: string }>;

/** Why an answer is none of the pod's. The API server says 503 itself when it cannot get to the pod. */
function obstacleIn(answer: Answer): { because: string; fix?: string } | undefined {
  const obstacle = obstacleTo(answer);
  if (obstacle) return obstacle;
  if (answer.kind === "found" && answer.value.status >= 400 && answer.value.text.includes('"kind":"Status"'))
    return {
      because:
        "the API server does not get through to the pod: a NetworkPolicy keeps it out, or the pod does not answer",
    };
  return undefined;
}

function judgeReadiness(program: string, pods: readonly PodHealth[], namespace: string): Finding {
  const here = check("readiness", program);
  const [first] = pods;
  if (!first) return here.skipped("there is no pod of it that runs");
  const unready = pods.find(
    ({ readiness }) => readiness.kind === "found" && readiness.value.status !== 200 && !obstacleIn(readiness),
  );
  if (unready?.readiness.kind === "found")
    return here.fault(
      `${unready.name}: ${reasonIn(unready.readiness.value.text)}`,
      `kubectl logs -n ${namespace} ${unready.name} says more`,
    );
  const obstacle = pods.flatMap(({ readiness }) => obstacleIn(readiness) ?? [])[0];
  if (obstacle)
    return here.skipped(
      obstacle.because,
      obstacle.fix ??
        `kubectl get pods -n ${namespace} -l ${componentLabel}=${program} tells whether they are ready, though not why`,
    );
  return here.ok(`${pods.length === 1 ? "its pod says" : `${pods.length} pods say`} so`);
}

/** As `GET /health/readiness` answers. */
function reasonIn(text: string): string {
  return /"reason":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1]?.replaceAll('\\"', '"') ?? text.slice(0, 200);
}

function judgeDeadLetters(pods: readonly PodHealth[], namespace: string): Finding {
  const here = check("dead-letters");
  const counted = pods.flatMap(({ metrics }) => sumIn(metrics, "froussard_dead_letters_total") ?? []);
  if (counted.length === 0) return here.skipped(...whyNot(pods));
  const total = counted.reduce((sum, each) => sum + each, 0);
  if (total === 0) return here.ok("none since these pods began");
  return here.warning(
    `${total} since these pods began: task messages that became no Workflow after all tries`,
    `kubectl logs -n ${namespace} -l ${componentLabel}=serve names them; the Sensor's log says why: it may not create Workflows, most likely`,
  );
}

function judgeUnanswered(pods: readonly PodHealth[], deadlineMinutes: number): Finding {
  const here = check("unanswered");
  const ages = pods.flatMap(({ metrics }) => sumIn(metrics, "froussard_oldest_unanswered_issue_age_seconds") ?? []);
  if (ages.length === 0) return here.skipped(...whyNot(pods));
  const minutes = Math.round(Math.max(...ages) / 60);
  const longest = deadlineMinutes + limits.abandonMinutes;
  if (minutes === 0) return here.ok("nobody waits");
  if (minutes <= longest) return here.ok(`the oldest request waits for ${minutes} minutes, of ${longest} that it may`);
  // It may still be answered: runs wait for their turn, and for another attempt.
  return here.warning(
    `the oldest request waits for ${minutes} minutes; a task has begun, and Codex has worked, in ${longest}`,
    "look at what else is wrong here, and whether its run waits for its turn or fails again and again: argo list; the log of watch names the issue",
  );
}

function sumIn(metrics: Answer, name: string): number | undefined {
  return metrics.kind === "found" && metrics.value.status === 200 ? metricSum(metrics.value.text, name) : undefined;
}

function whyNot(pods: readonly PodHealth[]): [because: string, fix?: string] {
  const obstacle = pods.flatMap(({ metrics }) => obstacleIn(metrics) ?? [])[0];
  if (!obstacle) return ["there is no pod that tells its metrics"];
  return [obstacle.because, ...(obstacle.fix === undefined ? [] : [obstacle.fix])] as [string, string?];
}
