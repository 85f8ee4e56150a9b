import { parsePrices } from "@froussard/contract";
import { Chart } from "cdk8s";
import { k8s } from "cdk8s-plus-28";
import type { Construct } from "constructs";
import { syncWave } from "../constructs/annotations.ts";
import { CodexWorkflowTemplate } from "../constructs/codex-workflow-template.ts";
import { ExecutorAccount } from "../constructs/executor-account.ts";
import { components } from "../constructs/labels.ts";
import { flows } from "../constructs/network.ts";
import { PodPolicy } from "../constructs/pod-policy.ts";
import { mediatorPort } from "../constructs/run-templates/mediator-template.ts";
import { gitHubSignIn, secretKey } from "../secrets/secret-keys.ts";
import type { Settings } from "../settings/schema.ts";
import { chartProps } from "./chart-props.ts";
import { toHosts, toWeb } from "./flows.ts";
import { names } from "./names.ts";
import { codexVariables, runVariables } from "./program-settings.ts";

/** The WorkflowTemplate, its accounts, and what its pods may reach. */
export class Runs extends Chart {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, chartProps);
    const { codex, github, images, runs } = settings;
    const namespace = settings.namespaces.workflows;
    const annotations = syncWave("platform");
    new k8s.KubeServiceAccount(this, "account", {
      metadata: { name: names.runs, namespace, annotations },
      automountServiceAccountToken: false,
    });
    new ExecutorAccount(this, "executor", { name: names.executor, namespace });
    new k8s.KubeConfigMap(this, "semaphore", {
      metadata: { name: names.semaphore.name, namespace, annotations },
      data: { [names.semaphore.key]: String(runs.concurrency) },
    });
    new CodexWorkflowTemplate(this, "template", {
      namespace,
      serviceAccount: names.runs,
      executorServiceAccount: names.executor,
      runnerImage: images.runner,
      agentImage: images.agent,
      pullSecrets: images.pullSecrets.workflows,
      gitHub: gitHubSignIn(settings),
      authorities: settings.caConfigMap,
      openaiKey: secretKey(settings, "openai", "apiKey"),
      githubSettings: runVariables(settings),
      codexSettings: codexVariables(settings),
      codexDeadlineMinutes: codex.deadlineMinutes,
      retries: runs.retries,
      semaphore: names.semaphore,
      mediatorResources: runs.mediator,
      agentResources: runs.agent,
      reportResources: runs.report,
      executorResources: runs.executor,
      workspace: runs.workspace,
      proveNetwork: runs.proveNetwork,
      currency: codex.prices === undefined ? undefined : parsePrices(codex.prices)?.currency,
    });

    const toApiServer = flows.apiServer(runs.apiServerCidrs);
    new PodPolicy(this, "agent-policy", {
      ...{ name: "agent", namespace, component: components.agent },
      // No name server either: names carry text out.
      to: [flows.pods(components.mediator, namespace, mediatorPort), toApiServer],
    });
    new PodPolicy(this, "mediator-policy", {
      ...{ name: "mediator", namespace, component: components.mediator },
      from: [flows.pods(components.agent, namespace, mediatorPort)],
      to: [...toWeb(github.apiUrl, codex.openaiUrl), ...toHosts(runs.egressHosts), toApiServer, flows.names()],
    });
    new PodPolicy(this, "report-policy", {
      ...{ name: "report", namespace, component: components.report },
      to: [...toWeb(github.apiUrl), toApiServer, flows.names()],
    });
  }
}
