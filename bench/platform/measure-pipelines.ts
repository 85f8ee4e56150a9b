import { setTimeout as wait } from "node:timers/promises";
import { markers, type Stage, stages } from "@froussard/contract";
import type { Deployment } from "@froussard/e2e/platform/deploy/deployment";
import { wish } from "@froussard/e2e/platform/simulated/wish";
import { people } from "@froussard/e2e/platform/simulated/world";
import { until } from "@froussard/e2e/platform/suite/pipeline/until";
import * as z from "zod";
import { type Hop, hopsOf, podSchema } from "./hops.ts";

/** What one stage of one issue took, in milliseconds. */
export interface StageTimes {
  stage: Stage;
  hops: Record<Hop, number>;
  totalMs: number;
}

const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });
const workflows = listOf(
  z.object({
    metadata: z.object({ name: z.string(), creationTimestamp: z.iso.datetime({ offset: true }) }),
  }),
);

/** Takes issues the whole way, one after the other, on a platform that does nothing else. */
export async function measurePipelines(
  deployment: Deployment,
  { repository, rounds }: { repository: string; rounds: number },
  report: (line: string) => void,
): Promise<StageTimes[]> {
  const { simulated } = deployment;
  const found: StageTimes[] = [];
  for (let round = 1; round <= rounds; round++) {
    const title = `${wish.title} (measured ${round}, ${Date.now()})`;
    const opened = Date.now();
    const { number } = await simulated.openIssue({ repository, login: people.maintainer, title, body: wish.body });
    const shown = (marker: string) =>
      until(
        `the answer to issue #${number} (look with: npm run e2e -- argo list -n argo-workflows)`,
        async () => {
          const { comments } = await simulated.issue({ repository, number });
          return comments.find((comment) => comment.author === people.automation && comment.body.startsWith(marker));
        },
        { everyMs: 100 },
      );
    const plan = await shown(markers.plan);
    const planned = Date.now();
    // 👍 counts from the second after the plan's own.
    await wait(Math.max(0, plan.createdAt + 1_005 - Date.now()));
    const approved = Date.now();
    await simulated.react({ repository, number, login: people.maintainer, comment: plan.id, content: "+1" });
    await shown(markers.result);
    const times: Record<Stage, [asked: number, shown: number]> = {
      planning: [opened, planned],
      implementation: [approved, Date.now()],
    };
    for (const stage of stages) {
      const [from, to] = times[stage];
      found.push(await timesOf(deployment, { stage, number, title, from, to }));
    }
    report(`issue ${round} of ${rounds}: plan in ${planned - opened} ms, pull request in ${Date.now() - approved} ms`);
  }
  return found;
}

async function timesOf(
  { cluster, simulated, namespaces }: Deployment,
  { stage, number, title, from, to }: { stage: Stage; number: number; title: string; from: number; to: number },
): Promise<StageTimes> {
  const list = async <T extends z.ZodType>(schema: T, ...args: string[]) =>
    schema.parse(await cluster.kubectlJson<unknown>(["get", ...args, `--namespace=${namespaces.workflows}`]));
  const run = (await list(workflows, "workflows")).items.find(({ metadata }) =>
    metadata.name.startsWith(`codex-${stage}-${number}-`),
  );
  if (!run) throw new Error(`no Workflow of issue #${number}'s ${stage}`);
  const { name, creationTimestamp } = run.metadata;
  const pods = await list(listOf(podSchema), "pods", `--selector=workflows.argoproj.io/workflow=${name}`);
  const requests = (await simulated.modelRequests({ holding: title }))
    .filter(({ path, at }) => path === "/v1/responses" && at >= from)
    .map(({ at }) => at)
    .filter((at) => at <= to);
  const hops = hopsOf({ asked: from, created: Date.parse(creationTimestamp), shown: to, pods: pods.items, requests });
  return { stage, hops, totalMs: to - from };
}
