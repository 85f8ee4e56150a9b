import type { ITemplate } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/Template";
import { authorityMounts, authorityVolumes } from "../authorities.ts";
import { environment, type SecretKey, type Variables } from "../environment.ts";
import { type GitHubSignIn, signInMounts, signInVariables, signInVolumes } from "../github-sign-in.ts";
import { components, labelsOf } from "../labels.ts";
import { restrictedContainer } from "../pod-security.ts";
import { type ResourceProps, resources } from "../resources.ts";
import { scratchMounts, scratchVolumes } from "../scratch-folder.ts";
import { mediatorGraceSeconds } from "./deadlines.ts";
import { podSpecPatch } from "./pod-spec-patch.ts";
import { taskVariables } from "./task-environment.ts";

/** The port that a mediator serves its agent on. */
export const mediatorPort = 8080;

export interface MediatorTemplateProps {
  image: string;
  /** Each of Argo's own containers beside. */
  executor: ResourceProps;
  gitHub: GitHubSignIn;
  /** ConfigMap with authorities to trust besides the public ones. @default - none */
  authorities?: string | undefined;
  openaiKey: SecretKey;
  settings: Variables;
  resources: ResourceProps;
  /** Room for its clone and its record. */
  room: string;
  deadlineSeconds: number;
}

/** The pod that holds the keys: a daemon, so that it serves until the attempt's steps are over. */
export function mediatorTemplate(name: string, props: MediatorTemplateProps): ITemplate {
  const folders = [
    { name: "state", path: "/state", size: props.room },
    { name: "tmp", path: "/tmp", size: "1Gi" },
  ];
  return {
    name,
    daemon: true,
    activeDeadlineSeconds: props.deadlineSeconds,
    metadata: { labels: labelsOf(components.mediator) },
    // Longer than it takes to finish the publish in hand: the pod's end must not cut it.
    podSpecPatch: podSpecPatch(props.executor, { terminationGracePeriodSeconds: mediatorGraceSeconds }),
    volumes: [...scratchVolumes(folders), ...authorityVolumes(props.authorities), ...signInVolumes(props.gitHub)],
    container: {
      name: "main",
      image: props.image,
      command: ["codex-runner"],
      args: ["mediator"],
      env: environment({
        ...signInVariables(props.gitHub),
        OPENAI_API_KEY: props.openaiKey,
        RUN_BEARER: "{{workflow.uid}}",
        MEDIATOR_LISTEN: `0.0.0.0:${mediatorPort}`,
        MEDIATOR_STATE: "/state",
        CODEX_SANDBOX: "pod",
        ...props.settings,
        ...taskVariables(),
      }),
      ports: [{ name: "http", containerPort: mediatorPort }],
      // It refuses whoever shows no bearer; that it listens is what the agent needs to know.
      readinessProbe: { tcpSocket: { port: mediatorPort }, periodSeconds: 2, failureThreshold: 30 },
      resources: resources(props.resources),
      securityContext: restrictedContainer(),
      volumeMounts: [...scratchMounts(folders), ...authorityMounts(props.authorities), ...signInMounts(props.gitHub)],
    },
  };
}
