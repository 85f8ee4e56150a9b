import { reportOutputs } from "@froussard/contract";
import type { ITemplate } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/Template";
import { authorityMounts, authorityVolumes } from "../authorities.ts";
import { environment, type Variables } from "../environment.ts";
import { type GitHubSignIn, signInMounts, signInVariables, signInVolumes } from "../github-sign-in.ts";
import { components, labelsOf } from "../labels.ts";
import { restrictedContainer } from "../pod-security.ts";
import { type ResourceProps, resources } from "../resources.ts";
import { scratchMounts, scratchVolumes } from "../scratch-folder.ts";
import { reportDeadlineSeconds } from "./deadlines.ts";
import { podSpecPatch } from "./pod-spec-patch.ts";
import { runMetrics } from "./run-metrics.ts";
import { taskIdVariables } from "./task-environment.ts";

const outputsFolder = "/outputs";

export interface ReportTemplateProps {
  image: string;
  /** Each of Argo's own containers beside. */
  executor: ResourceProps;
  resources: ResourceProps;
  gitHub: GitHubSignIn;
  /** ConfigMap with authorities to trust besides the public ones. @default - none */
  authorities?: string | undefined;
  settings: Variables;
  /** Of the prices that the runs' costs are told by. @default - no costs are counted */
  currency?: string | undefined;
}

/** The pod that looks on GitHub how the run ended, and tells it. It reads ids and the status, and no text. */
export function reportTemplate(name: string, props: ReportTemplateProps): ITemplate {
  const folders = [
    { name: "outputs", path: outputsFolder, size: "1Mi" },
    { name: "tmp", path: "/tmp", size: "64Mi" },
  ];
  return {
    name,
    activeDeadlineSeconds: reportDeadlineSeconds,
    metadata: { labels: labelsOf(components.report) },
    podSpecPatch: podSpecPatch(props.executor),
    volumes: [...scratchVolumes(folders), ...authorityVolumes(props.authorities), ...signInVolumes(props.gitHub)],
    // 2: wrong settings, which would be wrong again. 1: GitHub could not be reached.
    retryStrategy: {
      limit: 3,
      retryPolicy: "Always",
      expression: "asInt(lastRetry.exitCode) != 2",
      backoff: { duration: "1m", factor: 2 },
    },
    container: {
      name: "main",
      image: props.image,
      command: ["codex-runner"],
      args: ["report", "--outputs", outputsFolder],
      env: environment({
        ...signInVariables(props.gitHub),
        RUN_STATUS: "{{workflow.status}}",
        ...props.settings,
        ...taskIdVariables(),
      }),
      resources: resources(props.resources),
      securityContext: restrictedContainer(),
      volumeMounts: [...scratchMounts(folders), ...authorityMounts(props.authorities), ...signInMounts(props.gitHub)],
    },
    metrics: { prometheus: runMetrics(props.currency) },
    outputs: {
      parameters: reportOutputs.map((output) => ({
        name: output,
        valueFrom: { path: `${outputsFolder}/${output}`, default: "" },
      })),
    },
  };
}
