import { type Stage, taskIdPattern } from "@froussard/contract";
import * as z from "zod";
import type { Deployment } from "../../deploy/deployment.ts";
import type { Story } from "./story.ts";

/** The parts of a run that have a pod of their own. */
export type Part = "mediator" | "agent" | "report";

const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()),
    deletionTimestamp: z.string().optional(),
  }),
  status: z.object({
    containerStatuses: z
      .array(z.object({ name: z.string(), state: z.object({ running: z.unknown().optional() }) }))
      .default([]),
  }),
});
const podsSchema = z.object({ items: z.array(podSchema) });
type RunPod = z.output<typeof podSchema>;

const isAtWork = ({ metadata, status }: RunPod): boolean =>
  metadata.deletionTimestamp === undefined &&
  status.containerStatuses.some(({ name, state }) => name === "main" && state.running !== undefined);

/** The pods of one part of an issue's runs, of both stages or of one, in which that part is at work. */
async function podsOf(
  { cluster, namespaces }: Deployment,
  story: Story,
  part: Part,
  stage: Stage | undefined,
): Promise<RunPod[]> {
  // The API server picks them: those that have ended are hundreds after a while.
  const picked = `labelSelector=app.kubernetes.io/component=${part}&fieldSelector=status.phase=Running`;
  const listed = await cluster.look(`/api/v1/namespaces/${namespaces.workflows}/pods?${picked}`);
  return podsSchema
    .parse(listed)
    .items.filter(
      (pod) => isRunOf(story, stage, pod.metadata.labels["workflows.argoproj.io/workflow"] ?? "") && isAtWork(pod),
    );
}

/** By the Workflow's name, which is its task's id: the Workflows themselves are too much to be read at each look. */
function isRunOf({ number }: Story, stage: Stage | undefined, workflow: string): boolean {
  const [, ofStage, ofNumber] = workflow.split("-");
  return taskIdPattern.test(workflow) && ofNumber === String(number) && (stage ?? ofStage) === ofStage;
}

/** Waits until a part of the run is at work, of whichever stage or of one. */
export function runningPart(
  deployment: Deployment,
  story: Story,
  part: Part,
  { stage, limitMs }: { stage?: Stage; limitMs?: number } = {},
): Promise<RunPod> {
  return story.until(
    `the ${part} of #${story.number}`,
    async () => (await podsOf(deployment, story, part, stage))[0],
    limitMs,
  );
}

/** What a shell in the pod's program's place says. */
export function doIn(
  { cluster }: Deployment,
  { metadata: { name, namespace } }: RunPod,
  script: string,
): Promise<string> {
  return cluster.kubectl(["exec", name, `--namespace=${namespace}`, "--container=main", "--", "sh", "-c", script]);
}

/**
 * As a node that is lost takes its pods with it: at once, and without a chance to say goodbye.
 * @throws Error when nothing is lost, since what ran there has ended
 */
export async function losePod({ cluster }: Deployment, { metadata: { name, namespace } }: RunPod): Promise<void> {
  const pod = podSchema.parse(await cluster.look(`/api/v1/namespaces/${namespace}/pods/${name}`));
  if (!isAtWork(pod)) throw new Error(`${name} had ended before it could be lost`);
  await cluster.kubectl(["delete", "pod", name, `--namespace=${namespace}`, "--grace-period=0", "--force"]);
}
