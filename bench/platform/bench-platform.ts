import { platformFolder } from "@froussard/e2e/platform/cluster/layout";
import { readDeployment } from "@froussard/e2e/platform/deploy/deployment";
import { firstRepository } from "@froussard/e2e/platform/simulated/world";
import { measureHandOver } from "./measure-hand-over.ts";
import { measurePipelines } from "./measure-pipelines.ts";
import type { PlatformTimes } from "./report.ts";

export interface PlatformPlan {
  /** How many tasks are timed up to their Workflow, and how many issues the whole way. */
  tasks: number;
  rounds: number;
}

/** Times the platform that `npm run e2e -- up` brought up. @throws Error when none is */
export async function benchPlatform(
  { tasks, rounds }: PlatformPlan,
  cache: string,
  report: (line: string) => void,
): Promise<PlatformTimes> {
  const deployment = readDeployment(platformFolder(cache));
  const repository = `${firstRepository.owner}/${firstRepository.name}`;
  report(`${rounds} issues the whole way`);
  const pipelines = await measurePipelines(deployment, { repository, rounds }, report);
  report(`${tasks} tasks up to their Workflow`);
  const handOver = await measureHandOver(deployment, { repository, tasks }, report);
  return { handOver, pipelines };
}
