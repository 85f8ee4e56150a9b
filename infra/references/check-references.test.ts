import { describe, expect, test } from "vitest";
import { declaredSecrets } from "../secrets/declared-secrets.ts";
import type { SettingsInput } from "../settings/schema.ts";
import { deployment, everythingOn, settingsWith } from "../testing/deployment.ts";
import type { Manifest } from "../validate-manifest.ts";
import { referenceFaults } from "./check-references.ts";

const faultsOf = (changes?: Partial<SettingsInput>) => {
  const settings = settingsWith(changes);
  return referenceFaults(deployment(settings), declaredSecrets(settings));
};

describe("nothing is named that does not exist", () => {
  test.each<[string, Partial<SettingsInput>]>([
    ["as it is deployed", {}],
    ["with everything on", everythingOn],
    [
      "with an HTTPRoute",
      { ingress: { kind: "httpRoute", host: "froussard.example.com", parentRefs: [{ name: "gateway" }] } },
    ],
    ["in other namespaces", { namespaces: { service: "hooks", workflows: "runs", kafka: "brokers" } }],
    ["with other Secrets", { secretNames: { githubToken: "bot", openai: "models", serviceKafka: "hooks-kafka" } }],
    ["of another cluster", { kafka: { cluster: "events" } }],
  ])("%s", (_, changes) => {
    expect(faultsOf(changes)).toEqual([]);
  });
});

const without = (kind: string, name: string) => (manifests: Manifest[]) =>
  manifests.filter((object) => object.kind !== kind || object.metadata?.name !== name);
const change = (kind: string, name: string, from: RegExp | string, to: string) => (manifests: Manifest[]) =>
  manifests.map((object) =>
    object.kind === kind && object.metadata?.name === name
      ? (JSON.parse(JSON.stringify(object).replace(from, to)) as Manifest)
      : object,
  );

describe("a broken link is named by both of its ends", () => {
  const settings = settingsWith(everythingOn);
  const whole = deployment(settings);

  test.each<[string, (manifests: Manifest[]) => Manifest[], string]>([
    [
      "a topic's name in the EventSource",
      change("EventSource", "github-codex", "github.codex.tasks", "github.codex.task"),
      "EventSource argo-workflows/github-codex: topic github.codex.task does not exist; there are github.webhook.events, github.codex.tasks",
    ],
    [
      "a topic's name in the service",
      change("Deployment", "froussard-serve", "github.codex.tasks", "codex.tasks"),
      "Deployment froussard/froussard-serve: topic codex.tasks does not exist",
    ],
    [
      "a topic that is not made",
      without("KafkaTopic", "github.webhook.events"),
      "Deployment froussard/froussard-watch: topic github.webhook.events does not exist",
    ],
    [
      "a group that the ACL does not allow",
      change("EventSource", "github-codex", "argo-workflows-codex", "argo-workflows"),
      "EventSource argo-workflows/github-codex: no KafkaUser may Describe and Read topic github.codex.tasks, and Read group argo-workflows",
    ],
    [
      "an ACL for a group that nothing is in",
      change("KafkaUser", "codex-consumer", "argo-workflows-codex", "argo-workflows"),
      "KafkaUser kafka/codex-consumer: may Read group argo-workflows, which nothing does",
    ],
    [
      "an ACL that is too wide",
      change("KafkaUser", "codex-consumer", '"Describe","Read"', '"Describe","Read","Write","Delete"'),
      "KafkaUser kafka/codex-consumer: may Delete topic github.codex.tasks, which nothing does",
    ],
    [
      "an ACL that is too narrow",
      change("KafkaUser", "froussard", '"Describe","Write"', '"Describe"'),
      "Deployment froussard/froussard-serve: no KafkaUser may Describe and Write topic github.webhook.events",
    ],
    [
      "a topic that no operator sees",
      change("KafkaTopic", "github.codex.tasks", "strimzi.io/cluster", "cluster"),
      "KafkaTopic kafka/github.codex.tasks: has no label strimzi.io/cluster",
    ],
    [
      "a user of another cluster",
      change("KafkaUser", "froussard", '"strimzi.io/cluster":"kafka"', '"strimzi.io/cluster":"events"'),
      "KafkaUser kafka/froussard: is of another cluster",
    ],
    [
      "a parameter that the template dropped",
      change("WorkflowTemplate", "github-codex-task", /\{[^{}]*"name":"repositoryId"[^{}]*\},/, ""),
      "Sensor argo-workflows/github-codex: WorkflowTemplate argo-workflows/github-codex-task has no parameter repositoryId, which the trigger fills",
    ],
    [
      "a parameter that a program is told of",
      change("WorkflowTemplate", "github-codex-task", /\{[^{}]*"name":"dryRun"[^{}]*\}/, '{"name":"isDry","value":""}'),
      "WorkflowTemplate argo-workflows/github-codex-task: parameter dryRun does not exist",
    ],
    [
      "a parameter that no program is told of",
      change("WorkflowTemplate", "github-codex-task", /\{\{workflow\.parameters\.prompt\}\}/g, ""),
      "WorkflowTemplate argo-workflows/github-codex-task: parameter prompt is handed to no program",
    ],
    [
      "a parameter that the Sensor dropped",
      change("Sensor", "github-codex", '{"name":"repository","value":""},', ""),
      "needs parameter repository, which the trigger does not fill",
    ],
    [
      "two arguments that changed places",
      change("Sensor", "github-codex", "body.base", "body.head"),
      "Sensor argo-workflows/github-codex: spec.arguments.parameters.2.value is parameter base, but is filled with head",
    ],
    [
      "an argument that is filled with nothing",
      change("Sensor", "github-codex", "spec.arguments.parameters.9.value", "spec.arguments.parameters.19.value"),
      "Sensor argo-workflows/github-codex: parameter repositoryId of the Workflow is filled with nothing",
    ],
    [
      "another WorkflowTemplate",
      change("Sensor", "github-codex", '{"name":"github-codex-task"}', '{"name":"codex"}'),
      "Sensor argo-workflows/github-codex: WorkflowTemplate argo-workflows/codex does not exist",
    ],
    [
      "a missing EventBus",
      without("EventBus", "codex"),
      "Sensor argo-workflows/github-codex: EventBus argo-workflows/codex does not exist",
    ],
    [
      "a missing EventSource",
      without("EventSource", "github-codex"),
      "Sensor argo-workflows/github-codex: EventSource argo-workflows/github-codex does not exist",
    ],
    [
      "an event by another name",
      change("EventSource", "github-codex", '"tasks":{', '"messages":{'),
      "EventSource argo-workflows/github-codex has no event tasks, only messages",
    ],
    [
      "a dependency that is not there",
      change("Sensor", "github-codex", '"dependencyName":"task"', '"dependencyName":"tasks"'),
      "Sensor argo-workflows/github-codex: dependency tasks does not exist",
    ],
    [
      "a condition that is not there",
      change("Sensor", "github-codex", '"conditions":"task"', '"conditions":"planning"'),
      "Sensor argo-workflows/github-codex: dependency planning does not exist",
    ],
    [
      "a missing ServiceAccount of pods",
      without("ServiceAccount", "codex-run"),
      "WorkflowTemplate argo-workflows/github-codex-task, template agent: ServiceAccount argo-workflows/codex-run does not exist",
    ],
    [
      "a missing ServiceAccount of the executor",
      without("ServiceAccount", "codex-executor"),
      "WorkflowTemplate argo-workflows/github-codex-task: ServiceAccount argo-workflows/codex-executor does not exist",
    ],
    [
      "a pod without an account",
      change("Sensor", "github-codex", '"serviceAccountName":"github-codex-sensor",', ""),
      "Sensor argo-workflows/github-codex: has no serviceAccountName",
    ],
    [
      "a missing token Secret",
      without("Secret", "codex-executor.service-account-token"),
      "WorkflowTemplate argo-workflows/github-codex-task: Secret argo-workflows/codex-executor.service-account-token does not exist",
    ],
    [
      "a missing Role",
      without("Role", "froussard-watch"),
      "RoleBinding argo-workflows/froussard-watch: Role argo-workflows/froussard-watch does not exist",
    ],
    [
      "a Role that nobody has",
      without("RoleBinding", "codex-executor"),
      "Role argo-workflows/codex-executor: no RoleBinding gives it to anyone",
    ],
    [
      "a Role that is too narrow for the Sensor",
      change("Role", "github-codex-sensor", '"get","create","patch"', '"create"'),
      "Sensor argo-workflows/github-codex: ServiceAccount argo-workflows/github-codex-sensor may not patch argoproj.io/workflows in argo-workflows; its Role is too narrow",
    ],
    [
      "a Role that is too wide for the Sensor",
      change("Role", "github-codex-sensor", '"patch"', '"patch","delete"'),
      "Role argo-workflows/github-codex-sensor: lets ServiceAccount argo-workflows/github-codex-sensor delete argoproj.io/workflows in argo-workflows, which nothing needs; it is too wide",
    ],
    [
      "a Role that is too wide by a wildcard",
      change("Role", "codex-executor", '"workflowtaskresults"', '"workflowtaskresults","*"'),
      "Role argo-workflows/codex-executor: lets ServiceAccount argo-workflows/codex-executor create argoproj.io/* in argo-workflows",
    ],
    [
      "a Role that is too narrow for the executor",
      change("Role", "codex-executor", '"create","patch"', '"create"'),
      "WorkflowTemplate argo-workflows/github-codex-task: ServiceAccount argo-workflows/codex-executor may not patch argoproj.io/workflowtaskresults in argo-workflows",
    ],
    [
      "a Role in another namespace than the runs",
      (manifests) =>
        change(
          "Role",
          "froussard-watch",
          '"argo-workflows"',
          '"froussard"',
        )(
          change(
            "RoleBinding",
            "froussard-watch",
            '"namespace":"argo-workflows"',
            '"namespace":"froussard"',
          )(manifests),
        ),
      "Deployment froussard/froussard-watch: ServiceAccount froussard/froussard-watch may not list argoproj.io/workflows in argo-workflows",
    ],
    [
      "a Secret that nobody declared",
      change("Deployment", "froussard-serve", '"name":"github-token"', '"name":"github-pat"'),
      "Deployment froussard/froussard-serve: Secret froussard/github-pat is not declared",
    ],
    [
      "a key that the Secret does not have",
      change("WorkflowTemplate", "github-codex-task", '"key":"api-key"', '"key":"apiKey"'),
      "WorkflowTemplate argo-workflows/github-codex-task: Secret argo-workflows/codex-openai has no key apiKey, only api-key",
    ],
    [
      "a Secret of another namespace",
      change("EventSource", "github-codex", '"name":"kafka-codex-credentials"', '"name":"froussard-kafka"'),
      "EventSource argo-workflows/github-codex: Secret argo-workflows/froussard-kafka is not declared",
    ],
    [
      "a Secret that nothing reads",
      change("Deployment", "froussard-serve", "webhook-secret-previous", "webhook-secret"),
      "Secret froussard/github-secret: nothing reads its key webhook-secret-previous",
    ],
    [
      "a missing ConfigMap",
      without("ConfigMap", "codex-runs"),
      "WorkflowTemplate argo-workflows/github-codex-task: ConfigMap argo-workflows/codex-runs does not exist",
    ],
    [
      "a key that the ConfigMap does not have",
      change("ConfigMap", "codex-runs", '"concurrency"', '"runs"'),
      "WorkflowTemplate argo-workflows/github-codex-task: ConfigMap argo-workflows/codex-runs has no key concurrency",
    ],
    [
      "a template that is not there",
      change("WorkflowTemplate", "github-codex-task", '"onExit":"report"', '"onExit":"tell"'),
      "WorkflowTemplate argo-workflows/github-codex-task: template tell does not exist",
    ],
    [
      "a step that is not there",
      change("WorkflowTemplate", "github-codex-task", "{{steps.mediator.ip}}", "{{steps.broker.ip}}"),
      "WorkflowTemplate argo-workflows/github-codex-task: template attempt: step broker does not exist",
    ],
    [
      "an input that is not handed over",
      change(
        "WorkflowTemplate",
        "github-codex-task",
        '"arguments":{"parameters":[{"name":"mediatorAddress"',
        '"arguments":{"parameters":[{"name":"address"',
      ),
      "template attempt: step agent gets no mediatorAddress",
    ],
    [
      "a volume that is not there",
      change(
        "WorkflowTemplate",
        "github-codex-task",
        '{"sizeLimit":"1Gi"},"name":"codex"',
        '{"sizeLimit":"1Gi"},"name":"cache"',
      ),
      "template agent: volume codex does not exist",
    ],
    [
      "an output outside of every volume",
      change("WorkflowTemplate", "github-codex-task", "/outputs/usage", "/usage"),
      "template report: output /usage lies in no volume",
    ],
    [
      "the dead letters' Service",
      without("Service", "froussard-dead-letters"),
      "Sensor argo-workflows/github-codex: Service froussard/froussard-dead-letters does not exist",
    ],
    [
      "the dead letters' port",
      change("Sensor", "github-codex", ":8081/", ":8080/"),
      "Sensor argo-workflows/github-codex: Service froussard/froussard-dead-letters has no port 8080, only 8081",
    ],
    [
      "a Service whose pods have no such port",
      change("Service", "froussard-dead-letters", '"targetPort":"dead-letters"', '"targetPort":"letters"'),
      "Service froussard/froussard-dead-letters: Deployment froussard/froussard-serve has no port letters",
    ],
    [
      "a Service without pods",
      change(
        "Service",
        "froussard",
        '"app.kubernetes.io/component":"serve","app.kubernetes.io/part-of"',
        '"app.kubernetes.io/component":"server","app.kubernetes.io/part-of"',
      ),
      "Service froussard/froussard: selects no pod",
    ],
    [
      "the Ingress's Service",
      change("Ingress", "froussard", '"name":"froussard","port"', '"name":"froussard-serve","port"'),
      "Ingress froussard/froussard: Service froussard/froussard-serve does not exist",
    ],
    [
      "a policy about nobody",
      change(
        "NetworkPolicy",
        "agent",
        '"podSelector":{"matchLabels":{"app.kubernetes.io/component":"agent"',
        '"podSelector":{"matchLabels":{"app.kubernetes.io/component":"codex"',
      ),
      "NetworkPolicy argo-workflows/agent: is about no pod",
    ],
    [
      "a policy that lets in nobody",
      change(
        "NetworkPolicy",
        "serve",
        '"app.kubernetes.io/component":"sensor"',
        '"app.kubernetes.io/component":"sensors"',
      ),
      "NetworkPolicy froussard/serve: names pods sensors in argo-workflows, which do not exist",
    ],
    [
      "a budget of nobody",
      change("PodDisruptionBudget", "codex-event-bus", 'event-bus","app', 'bus","app'),
      "PodDisruptionBudget argo-workflows/codex-event-bus: selects no pod",
    ],
    [
      "a port that Prometheus asks",
      change("ServiceMonitor", "froussard", '"port":"http"', '"port":"metrics"'),
      "ServiceMonitor froussard/froussard: no Service that it selects has a port metrics",
    ],
    [
      "a port that a probe asks",
      change("Deployment", "froussard-watch", /"port":"http"/g, '"port":"health"'),
      "Deployment froussard/froussard-watch: a probe asks port health, which does not exist",
    ],
  ])("%s", (_, broken, fault) => {
    const manifests = broken(structuredClone(whole));
    expect(manifests).not.toEqual(whole);
    expect(referenceFaults(manifests, declaredSecrets(settings))).toContainEqual(expect.stringContaining(fault));
  });
});
