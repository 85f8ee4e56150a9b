import type { ITemplate } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/Template";
import { environment } from "../environment.ts";
import { components, labelsOf } from "../labels.ts";
import { podUsers, restrictedContainer, restrictedPod } from "../pod-security.ts";
import { type ResourceProps, resources } from "../resources.ts";
import { scratchMounts, scratchVolumes } from "../scratch-folder.ts";
import { mediatorPort } from "./mediator-template.ts";
import { podSpecPatch } from "./pod-spec-patch.ts";

/** Name of the input by which it learns where its mediator is. */
export const mediatorAddress = "mediatorAddress";

export interface AgentTemplateProps {
  image: string;
  /** Each of Argo's own containers beside. */
  executor: ResourceProps;
  resources: ResourceProps;
  /** Room for the working copy. */
  room: string;
  deadlineSeconds: number;
  /** Whether each run proves that its NetworkPolicy is enforced, before it costs anything. */
  proveNetwork: boolean;
}

/**
 * The pod that thinks and holds no key: no token, no Secret, no outputs that the executor would read, no logs archived,
 * no volume but folders of its own.
 */
export function agentTemplate(name: string, props: AgentTemplateProps): ITemplate {
  const folders = [
    { name: "workspace", path: "/workspace", size: props.room },
    { name: "home", path: "/home/agent", size: "2Gi" },
    { name: "codex", path: "/codex", size: "1Gi" },
    { name: "tmp", path: "/tmp", size: "2Gi" },
  ];
  return {
    name,
    inputs: { parameters: [{ name: mediatorAddress }] },
    activeDeadlineSeconds: props.deadlineSeconds,
    metadata: { labels: labelsOf(components.agent) },
    archiveLocation: { archiveLogs: false },
    securityContext: restrictedPod(podUsers.agent),
    podSpecPatch: podSpecPatch(props.executor),
    volumes: scratchVolumes(folders),
    container: {
      name: "main",
      image: props.image,
      command: ["codex-runner"],
      args: ["agent", "--alone", "--workspace", "/workspace"],
      env: environment({
        HOME: "/home/agent",
        TMPDIR: "/tmp",
        CODEX_HOME: "/codex",
        MEDIATOR_URL: `http://{{inputs.parameters.${mediatorAddress}}}:${mediatorPort}`,
        RUN_BEARER: "{{workflow.uid}}",
        AGENT_NETWORK: props.proveNetwork ? "mediator-only" : "unknown",
      }),
      resources: resources(props.resources),
      securityContext: restrictedContainer(),
      volumeMounts: scratchMounts(folders),
    },
  };
}
