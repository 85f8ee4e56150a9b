import { limits, parameters, stages, taskFields, workflowTemplate } from "@froussard/contract";
import type { IParallelSteps } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/ParallelSteps";
import type { IWorkflowStep } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/WorkflowStep";
import type { IWorkflowTemplate } from "@kubernetes-models/argo-workflows/argoproj.io/v1alpha1/WorkflowTemplate";
import { Construct } from "constructs";
import { syncWave } from "./annotations.ts";
import type { SecretKey, Variables } from "./environment.ts";
import type { GitHubSignIn } from "./github-sign-in.ts";
import { labelsOf } from "./labels.ts";
import { addManifest } from "./manifest.ts";
import { restrictedPod } from "./pod-security.ts";
import type { ResourceProps } from "./resources.ts";
import { agentTemplate, mediatorAddress } from "./run-templates/agent-template.ts";
import { runDeadlines } from "./run-templates/deadlines.ts";
import { failedInputs, failedTemplate } from "./run-templates/failed-template.ts";
import { mediatorTemplate } from "./run-templates/mediator-template.ts";
import { reportTemplate } from "./run-templates/report-template.ts";

export interface CodexWorkflowTemplateProps {
  namespace: string;
  /** Of the pods; it may do nothing. */
  serviceAccount: string;
  /** Of Argo's own container in each pod, whose token no other container sees. */
  executorServiceAccount: string;
  /** Image of mediator and report, and of the step that fails after a report. */
  runnerImage: string;
  agentImage: string;
  /** Secrets that the images of the pods are pulled with, Argo's own included. @default - none */
  pullSecrets?: readonly string[];
  /** How mediator and report sign in to GitHub. */
  gitHub: GitHubSignIn;
  /** ConfigMap with authorities that both trust besides the public ones. @default - none */
  authorities?: string | undefined;
  /** What the mediator pays the model with. */
  openaiKey: SecretKey;
  /** Variables of all programs that speak to GitHub. */
  githubSettings: Variables;
  /** Variables of the mediator besides. */
  codexSettings: Variables;
  /** Longest that Codex works in one attempt, in minutes. */
  codexDeadlineMinutes: number;
  /** How often a failed attempt is begun again. */
  retries: number;
  /** ConfigMap and key with the number of runs at the same time. */
  semaphore: { name: string; key: string };
  mediatorResources: ResourceProps;
  agentResources: ResourceProps;
  reportResources: ResourceProps;
  /** Each of Argo's own containers in those pods, and the step that fails. */
  executorResources: ResourceProps;
  /** Room for a working copy. */
  workspace: string;
  /** Whether each agent proves that it can reach nothing but its mediator, and else does not begin. */
  proveNetwork: boolean;
  /** Of the prices that the runs' costs are told by. @default - no costs are counted */
  currency?: string | undefined;
}

/** Argo writes parallel steps as a bare list, which the package's type does not know. */
const inParallel = (...steps: IWorkflowStep[]) => steps as unknown as IParallelSteps;

/**
 * One run of one task: attempts of mediator and agent, each in a pod of its own, and at the end `report`. Locks, accounts
 * and templates stand here and not in the Workflow, so that a controller in `Strict` mode takes the Sensor's Workflows.
 *
 * The controller's own `artifactRepository.archiveLogs` must be off: turned on, it holds for the agent's pod too, whatever
 * stands here.
 */
export class CodexWorkflowTemplate extends Construct {
  constructor(scope: Construct, id: string, props: CodexWorkflowTemplateProps) {
    super(scope, id);
    const { pullSecrets = [] } = props;
    const deadlines = runDeadlines(props.codexDeadlineMinutes, props.retries + 1);
    addManifest<IWorkflowTemplate>(this, "template", {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "WorkflowTemplate",
      metadata: {
        name: workflowTemplate,
        namespace: props.namespace,
        labels: labelsOf("run"),
        annotations: syncWave("programs"),
      },
      spec: {
        entrypoint: "run",
        onExit: "end",
        arguments: { parameters: parameters.map(parameter) },
        workflowMetadata: { labels: labelsOf("run") },
        serviceAccountName: props.serviceAccount,
        automountServiceAccountToken: false,
        ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
        executor: { serviceAccountName: props.executorServiceAccount },
        securityContext: restrictedPod(),
        archiveLogs: false,
        activeDeadlineSeconds: deadlines.run,
        // At the level of the Workflow: on inner templates such locks have dead-locked.
        synchronization: {
          mutexes: [{ name: "codex-{{workflow.parameters.repository}}-{{workflow.parameters.issueNumber}}" }],
          semaphores: [{ configMapKeyRef: props.semaphore }],
        },
        // A message that comes again must meet the Workflow of its name as long as the topic keeps messages.
        ttlStrategy: { secondsAfterCompletion: limits.workflowTtlDays * 24 * 60 * 60 },
        podGC: { strategy: "OnWorkflowCompletion", deleteDelayDuration: "6h" },
        templates: [
          { name: "run", steps: [inParallel({ name: "attempt", template: "attempt" })] },
          {
            name: "attempt",
            // Mediator and agent together: a new attempt goes on from the record that the last mediator left on GitHub. An
            // agent whose task has a final end, good or bad, ends well: then nothing is tried again, nobody waits for that.
            ...(props.retries > 0 && {
              retryStrategy: {
                limit: props.retries,
                retryPolicy: "Always",
                backoff: { duration: "15s", factor: 4 },
              },
            }),
            steps: [
              inParallel({ name: "mediator", template: "mediator" }),
              inParallel({
                name: "agent",
                template: "agent",
                arguments: { parameters: [{ name: mediatorAddress, value: "{{steps.mediator.ip}}" }] },
              }),
            ],
          },
          mediatorTemplate("mediator", {
            image: props.runnerImage,
            executor: props.executorResources,
            gitHub: props.gitHub,
            authorities: props.authorities,
            openaiKey: props.openaiKey,
            settings: { ...props.githubSettings, ...props.codexSettings },
            resources: props.mediatorResources,
            room: props.workspace,
            deadlineSeconds: deadlines.mediator,
          }),
          agentTemplate("agent", {
            image: props.agentImage,
            executor: props.executorResources,
            resources: props.agentResources,
            room: props.workspace,
            deadlineSeconds: deadlines.agent,
            proveNetwork: props.proveNetwork,
          }),
          reportTemplate("report", {
            image: props.runnerImage,
            executor: props.executorResources,
            resources: props.reportResources,
            gitHub: props.gitHub,
            authorities: props.authorities,
            settings: props.githubSettings,
            currency: props.currency,
          }),
          {
            name: "end",
            steps: [
              inParallel({ name: "report", template: "report" }),
              inParallel({
                name: "failed",
                template: "failed",
                when: `'{{workflow.status}}' == 'Succeeded' && '{{steps.report.outputs.parameters.outcome}}' != 'done'`,
                arguments: {
                  parameters: failedInputs.map((name) => ({
                    name,
                    value: `{{steps.report.outputs.parameters.${name}}}`,
                  })),
                },
              }),
            ],
          },
          failedTemplate("failed", { image: props.runnerImage, executor: props.executorResources }),
        ],
      },
    });
  }
}

/** Those without which a run means nothing have no default: leaving them out is refused. */
const required: readonly string[] = ["stage", "repository"];

function parameter(name: (typeof parameters)[number]) {
  const description = taskFields[name]?.meta()?.description ?? (name === "dryRun" ? dryRun : undefined);
  return {
    name,
    ...(description !== undefined && { description }),
    ...(required.includes(name) ? {} : { value: "" }),
    ...(name === "stage" && { enum: [...stages] }),
  };
}

const dryRun = "`true`: the result is only printed, into the mediator's log; nothing is posted or pushed";
