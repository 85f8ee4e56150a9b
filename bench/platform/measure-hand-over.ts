import type { Deployment } from "@froussard/e2e/platform/deploy/deployment";
import { people } from "@froussard/e2e/platform/simulated/world";
import { watchWorkflows } from "./watch-workflows.ts";

const controller = ["deployment/workflow-controller", "--namespace=argo"];

/**
 * Milliseconds from an issue's being opened, which GitHub tells by a webhook, to its Workflow in the API server, one after the
 * other. The controller of Workflows is away meanwhile, so that no pod of a run takes part.
 */
export async function measureHandOver(
  { cluster, simulated, namespaces }: Deployment,
  { repository, tasks }: { repository: string; tasks: number },
  report: (line: string) => void,
): Promise<number[]> {
  const watch = watchWorkflows(cluster, namespaces.workflows);
  const numbers: number[] = [];
  const times: number[] = [];
  await cluster.kubectl(["scale", ...controller, "--replicas=0"]);
  try {
    for (let task = 0; task < tasks; task++) {
      const from = performance.now();
      const { number } = await simulated.openIssue({ repository, login: people.maintainer, title: `Measured ${task}` });
      numbers.push(number);
      times.push((await watch.planningOf(number, 60_000)) - from);
      if ((task + 1) % 50 === 0) report(`${task + 1} of ${tasks} tasks have their Workflow`);
    }
  } finally {
    watch.stop();
    try {
      // Closed, nobody publishes their tasks again.
      for (const number of numbers) await simulated.closeIssue({ repository, number, login: people.maintainer });
      const made = [...watch.seen.keys()].filter((name) => numbers.some((number) => name.includes(`-${number}-`)));
      for (let at = 0; at < made.length; at += 50)
        await cluster.kubectl([
          ...["delete", "workflows", `--namespace=${namespaces.workflows}`, "--wait=false"],
          ...made.slice(at, at + 50),
        ]);
    } finally {
      await cluster.kubectl(["scale", ...controller, "--replicas=1"]);
      await cluster.kubectl(["rollout", "status", ...controller, "--timeout=60s"], { timeoutMs: 65_000 });
    }
  }
  return times;
}
