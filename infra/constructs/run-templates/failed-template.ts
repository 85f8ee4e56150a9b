import type { ReportOutput } from "@froussard/contract";
import type { ITemplate } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/Template";
import { environment } from "../environment.ts";
import { components, labelsOf } from "../labels.ts";
import { restrictedContainer } from "../pod-security.ts";
import { type ResourceProps, resources } from "../resources.ts";
import { podSpecPatch } from "./pod-spec-patch.ts";

/** What it is told of the report's outputs: words of ours. */
export const failedInputs = ["outcome", "code"] as const satisfies readonly ReportOutput[];

export interface FailedTemplateProps {
  /** It needs a shell. */
  image: string;
  /** Each of its containers. */
  executor: ResourceProps;
}

/**
 * A step that fails. By then the run's end is told, and its attempt has ended well so as not to be tried again; Argo Workflows
 * calls a Workflow failed whose exit handler fails, and knows no way to fail without a pod.
 */
export function failedTemplate(name: string, { image, executor }: FailedTemplateProps): ITemplate {
  return {
    name,
    inputs: { parameters: failedInputs.map((input) => ({ name: input })) },
    activeDeadlineSeconds: 300,
    // The report's policy holds for this too: Argo's own container asks the API server, and nobody else asks anything.
    metadata: { labels: labelsOf(components.report) },
    podSpecPatch: podSpecPatch(executor),
    container: {
      name: "main",
      image,
      command: ["sh"],
      args: ["-c", 'echo "the run is not done: $OUTCOME $CODE"; exit 1'],
      env: environment({ OUTCOME: "{{inputs.parameters.outcome}}", CODE: "{{inputs.parameters.code}}" }),
      resources: resources(executor),
      securityContext: restrictedContainer(),
    },
  };
}
