import { type Stage, taskIdPattern } from "@froussard/contract";
import type { Deployment } from "../../deploy/deployment.ts";
import { type RunningPod, runningPods } from "../../network-policy/running-pods.ts";
import type { Story } from "./story.ts";

/** The parts of a run that have a pod of their own. */
export type Part = "mediator" | "agent" | "report";

/** The running pods of one part of an issue's runs, of both stages or of one. */
export async function podsOf(
  deployment: Deployment,
  story: Story,
  part: Part,
  stage: Stage | undefined,
): Promise<RunningPod[]> {
  const pods = await runningPods(deployment.cluster, deployment.namespaces.workflows);
  return pods.filter(
    ({ labels, containers }) =>
      isRunOf(story, stage, labels["workflows.argoproj.io/workflow"] ?? "") &&
      labels["app.kubernetes.io/component"] === part &&
      containers.some(({ name }) => name === "main"),
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
): Promise<RunningPod> {
  return story.until(
    `the ${part} of #${story.number}`,
    async () => (await podsOf(deployment, story, part, stage))[0],
    limitMs,
  );
}

/** As a node that is lost takes its pods with it: at once, and without a chance to say goodbye. */
export async function losePod({ cluster }: Deployment, { name, namespace }: RunningPod): Promise<void> {
  await cluster.kubectl(["delete", "pod", name, `--namespace=${namespace}`, "--grace-period=0", "--force"]);
}
