import { Chart } from "cdk8s";
import { k8s } from "cdk8s-plus-28";
import type { Construct } from "constructs";
import { Grant } from "../constructs/grant.ts";
import { components, labelsOf, selectorOf } from "../constructs/labels.ts";
import { flows } from "../constructs/network.ts";
import { PodPolicy } from "../constructs/pod-policy.ts";
import { ProgramDeployment } from "../constructs/program-deployment.ts";
import { ServiceMonitor } from "../constructs/service-monitor.ts";
import { WebhookRoute } from "../constructs/webhook-route.ts";
import { gitHubSignIn, kafkaCa, secretKey } from "../secrets/secret-keys.ts";
import type { Settings } from "../settings/schema.ts";
import { chartProps } from "./chart-props.ts";
import { fromPrometheus, toKafka, toWeb } from "./flows.ts";
import { names, ports } from "./names.ts";
import { loopVariables, serviceVariables } from "./program-settings.ts";

/** `serve` and `watch`, how they are reached, and what they may reach. */
export class Service extends Chart {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, chartProps);
    this.serve(settings);
    this.watch(settings);
    this.policies(settings);
    const { monitoring, ingress } = settings;
    const namespace = settings.namespaces.service;
    if (ingress.kind !== "none")
      new WebhookRoute(this, "route", {
        name: names.webhooks,
        namespace,
        service: names.webhooks,
        port: 80,
        way: ingress,
      });
    if (monitoring.serviceMonitor)
      new ServiceMonitor(this, "monitor", { name: names.webhooks, namespace, labels: monitoring.labels });
  }

  private serve(settings: Settings): void {
    const { service, images } = settings;
    const namespace = settings.namespaces.service;
    const ca = kafkaCa(settings);
    new ProgramDeployment(this, "serve", {
      ...{
        name: names.serve,
        namespace,
        component: components.serve,
        image: images.service,
        pullSecrets: images.pullSecrets.service,
        args: ["serve"],
      },
      variables: {
        ...serviceVariables(settings),
        GITHUB_WEBHOOK_SECRET: secretKey(settings, "webhook", "current"),
        GITHUB_WEBHOOK_SECRET_PREVIOUS: { ...secretKey(settings, "webhook", "previous"), optional: true },
        PORT: ports.http,
        DEAD_LETTER_PORT: ports.deadLetters,
        DEAD_LETTER_TOKEN: service.deadLetterToken ? secretKey(settings, "deadLetters", "token") : undefined,
      },
      ports: { http: ports.http, "dead-letters": ports.deadLetters },
      resources: service.serve,
      shutdownGraceSeconds: service.shutdownGraceSeconds,
      replicas: service.replicas,
      ...(ca && { kafkaCa: ca.name }),
      authorities: settings.caConfigMap,
      gitHub: gitHubSignIn(settings),
    });
    new k8s.KubePodDisruptionBudget(this, "disruption", {
      metadata: { name: names.serve, namespace },
      spec: {
        maxUnavailable: k8s.IntOrString.fromNumber(1),
        selector: { matchLabels: selectorOf(components.serve) },
      },
    });
    this.reach(names.webhooks, namespace, components.serve, { name: "http", port: 80 });
    // On a port and a Service of its own, which no Ingress shows.
    this.reach(names.deadLetters, namespace, components.serve, { name: "dead-letters", port: ports.deadLetters });
  }

  private watch(settings: Settings): void {
    const { service, images, namespaces } = settings;
    const ca = kafkaCa(settings);
    const account = { name: names.watch, namespace: namespaces.service };
    new ProgramDeployment(this, "watch", {
      ...{
        ...account,
        component: components.watch,
        image: images.service,
        pullSecrets: images.pullSecrets.service,
        args: ["watch"],
      },
      variables: {
        ...serviceVariables(settings),
        ...loopVariables(settings),
        GITHUB_HOOK_ID: settings.github.hooks.length > 0 ? settings.github.hooks.join(",") : undefined,
        WATCH_PORT: ports.http,
        WORKFLOWS_NAMESPACE: namespaces.workflows,
      },
      ports: { http: ports.http },
      resources: service.watch,
      shutdownGraceSeconds: service.shutdownGraceSeconds,
      usesKubernetes: true,
      ...(ca && { kafkaCa: ca.name }),
      authorities: settings.caConfigMap,
      gitHub: gitHubSignIn(settings),
    });
    this.reach(names.watch, namespaces.service, components.watch, { name: "http", port: ports.http });
    // A run that waits for a lock is no failure: only the Workflows themselves tell.
    new Grant(this, "see-workflows", {
      ...{ name: names.watch, namespace: namespaces.workflows, serviceAccount: account },
      ...{ apiGroup: "argoproj.io", resource: "workflows", verbs: ["get", "list"] },
    });
  }

  private policies(settings: Settings): void {
    const { namespaces, github, service, runs } = settings;
    const namespace = namespaces.service;
    const common = [...toWeb(github.apiUrl, service.otlpEndpoint), toKafka(settings), flows.names()];
    new PodPolicy(this, "closed", { name: "closed", namespace });
    new PodPolicy(this, "serve-policy", {
      ...{ name: components.serve, namespace, component: components.serve },
      from: [flows.everyone(ports.http), flows.pods(components.sensor, namespaces.workflows, ports.deadLetters)],
      to: common,
    });
    new PodPolicy(this, "watch-policy", {
      ...{ name: components.watch, namespace, component: components.watch },
      from: fromPrometheus(settings, ports.http),
      to: [...common, flows.apiServer(runs.apiServerCidrs)],
    });
  }

  /** A Service with one port, which leads to the pods' port of the same name. */
  private reach(
    name: string,
    namespace: string,
    component: "serve" | "watch",
    port: { name: string; port: number },
  ): void {
    new k8s.KubeService(this, `service-${name}`, {
      metadata: { name, namespace, labels: labelsOf(component) },
      spec: {
        selector: selectorOf(component),
        ports: [{ ...port, targetPort: k8s.IntOrString.fromString(port.name) }],
      },
    });
  }
}
