import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { goldenMessages } from "../testing/golden-messages.ts";
import { argoLint } from "./argo-lint.ts";
import { checkWorkflows } from "./check-workflows.ts";
import { kubeconform } from "./kubeconform.ts";
import { launchFaults } from "./launch-faults.ts";
import { launchTasks } from "./launch-tasks.ts";
import { type ManifestFile, manifestFiles } from "./manifest-file.ts";
import { type Breakable, breakManifest } from "./testing/break-manifest.ts";
import { describeWithTools } from "./testing/describe-with-tools.ts";

const root = join(import.meta.dirname, "../..");
const files = manifestFiles(join(root, "dist/argocd"));

/** What each check says of the broken files; a check that is not named here accepts them. */
type Found = Partial<Record<"played" | "linted" | "conformed", RegExp>>;
type Fault = [name: string, kind: string, change: (manifest: Breakable) => void, found: Found];

/** Argo Events and Argo Workflows say it when the messages are played through them, and so does argo-lint.sh. */
const both = (said: RegExp): Found => ({ played: said, linted: said });

const taskTrigger = (sensor: Breakable) => sensor.spec.triggers[0];
const mapping = (sensor: Breakable, dest: string) =>
  taskTrigger(sensor).template.k8s.parameters.find((parameter: Breakable) => parameter.dest === dest);
const templateNamed = (template: Breakable, name: string) =>
  template.spec.templates.find((one: Breakable) => one.name === name);

const faults: Fault[] = [
  // What the earlier implementation broke on.
  [
    "consumerGroup as text",
    "EventSource",
    ({ spec }) => {
      spec.kafka.tasks.consumerGroup = "argo-workflows-codex";
    },
    {
      ...both(/cannot unmarshal string into Go struct field KafkaEventSource.spec.kafka.consumerGroup/),
      conformed: /EventSource github-codex: at '\/spec\/kafka\/tasks\/consumerGroup': got string, want object/,
    },
  ],
  [
    "parameters on the trigger, not within k8s",
    "Sensor",
    (sensor) => {
      const { template } = taskTrigger(sensor);
      taskTrigger(sensor).parameters = template.k8s.parameters;
      delete template.k8s.parameters;
    },
    { ...both(/a Workflow named "", not "codex-planning-12-[0-9a-f]+" by its taskId/) },
  ],
  [
    "when: on a trigger",
    "Sensor",
    (sensor) => {
      taskTrigger(sensor).when = "{{body.stage}} == planning";
    },
    {
      ...both(/^Sensor: .*unknown field "when"/),
      conformed: /Sensor github-codex: at '\/spec\/triggers\/0': additional properties 'when' not allowed/,
    },
  ],
  [
    "an optional field without a value to fall back to",
    "Sensor",
    (sensor) => {
      delete mapping(sensor, "metadata.annotations.codex-task/delivery-id").src.value;
    },
    {
      ...both(
        /of "planning from the loop, without a delivery id" no Workflow: unable to resolve 'task' parameter value/,
      ),
    },
  ],
  [
    "the singular mutex",
    "WorkflowTemplate",
    ({ spec }) => {
      [spec.synchronization.mutex] = spec.synchronization.mutexes;
      delete spec.synchronization.mutexes;
    },
    {
      conformed:
        /^[^\n]+WorkflowTemplate github-codex-task: at '\/spec\/synchronization': additional properties 'mutex' not allowed \(Argo Workflows 4\)$/,
    },
  ],
  [
    "the singular semaphore",
    "WorkflowTemplate",
    ({ spec }) => {
      [spec.synchronization.semaphore] = spec.synchronization.semaphores;
      delete spec.synchronization.semaphores;
    },
    { conformed: /additional properties 'semaphore' not allowed \(Argo Workflows 4\)$/ },
  ],
  [
    "podPriority",
    "WorkflowTemplate",
    ({ spec }) => {
      spec.podPriority = 1;
    },
    {
      played: /^WorkflowTemplate: .*unknown field "podPriority"/,
      linted: /unknown field "spec.podPriority"/,
      conformed: /at '\/spec': additional properties 'podPriority' not allowed/,
    },
  ],
  [
    "a CronWorkflow with a schedule",
    "WorkflowTemplate",
    (manifest) => {
      manifest.kind = "CronWorkflow";
      manifest.spec = { schedule: "* * * * *", workflowSpec: { workflowTemplateRef: { name: "github-codex-task" } } };
    },
    {
      played: /workflowtemplates "github-codex-task" not found/,
      linted: /couldn't find workflow template "github-codex-task"/,
      conformed: /could not find schema for CronWorkflow/,
    },
  ],
  [
    "kafka.strimzi.io/v1beta2",
    "KafkaTopic",
    (topic) => {
      topic.apiVersion = "kafka.strimzi.io/v1beta2";
    },
    { conformed: /kafka.strimzi.io\/v1beta2 KafkaTopic github.webhook.events: could not find schema for KafkaTopic/ },
  ],
  // What Argo Events refuses.
  [
    "an EventBus of the version latest",
    "EventBus",
    ({ spec }) => {
      spec.jetstream.version = "latest";
    },
    { ...both(/^EventBus: unsupported version "latest", supported versions: .*2\.10\.29/) },
  ],
  [
    "an EventBus of two servers",
    "EventBus",
    ({ spec }) => {
      spec.jetstream.replicas = 2;
    },
    { ...both(/^EventBus: invalid spec: a jetstream eventbus requires 1 replica or >= 3 replicas/) },
  ],
  [
    "dead letters of a trigger that may lose events",
    "Sensor",
    (sensor) => {
      delete taskTrigger(sensor).atLeastOnce;
    },
    { ...both(/^Sensor: to use dlqTrigger, trigger.atLeastOnce must be set to true/) },
  ],
  [
    "an operation that does not exist",
    "Sensor",
    (sensor) => {
      taskTrigger(sensor).template.k8s.operation = "upsert";
    },
    { ...both(/^Sensor: trigger for template workflow is invalid, unknown operation type upsert/) },
  ],
  [
    "create, which fails on a message that comes again",
    "Sensor",
    (sensor) => {
      taskTrigger(sensor).template.k8s.operation = "create";
    },
    { ...both(/no Workflow: workflows.argoproj.io "codex-planning-12-[0-9a-f]+" already exists/) },
  ],
  [
    "a misspelt field of a Sensor",
    "Sensor",
    (sensor) => {
      taskTrigger(sensor).dlqTriger = taskTrigger(sensor).dlqTrigger;
      delete taskTrigger(sensor).dlqTrigger;
    },
    { ...both(/^Sensor: .*unknown field "dlqTriger"/), conformed: /additional properties 'dlqTriger' not allowed/ },
  ],
  [
    "another topic",
    "EventSource",
    ({ spec }) => {
      spec.kafka.tasks.topic = "github.codex.task";
    },
    { ...both(/no Workflow: EventSource github-codex reads no topic github.codex.tasks/) },
  ],
  [
    "a dependency on another event",
    "Sensor",
    ({ spec }) => {
      spec.dependencies[0].eventName = "task";
    },
    { ...both(/no dependency of Sensor github-codex is on event tasks of EventSource github-codex/) },
  ],
  [
    "bodies as base64",
    "EventSource",
    ({ spec }) => {
      delete spec.kafka.tasks.jsonBody;
    },
    { ...both(/no Workflow: unable to resolve 'task' parameter value/) },
  ],
  // What Argo Workflows refuses.
  [
    "a parameter at an index that does not exist",
    "Sensor",
    (sensor) => {
      mapping(sensor, "spec.arguments.parameters.1.value").dest = "spec.arguments.parameters.40.value";
    },
    { ...both(/spec\.arguments\.parameters\[\d+\]\.name is required/) },
  ],
  [
    "a body that reaches the Workflow",
    "Sensor",
    (sensor) => {
      mapping(sensor, "spec.arguments.parameters.3.value").src = { dependencyName: "task", dataKey: "body.issueBody" };
    },
    { ...both(/a Workflow that holds issueBody, which people write/) },
  ],
  [
    "a template that is not there",
    "WorkflowTemplate",
    (template) => {
      templateNamed(template, "run").steps[0][0].template = "atempt";
    },
    { ...both(/template name 'atempt' undefined/) },
  ],
  [
    "a reference to another WorkflowTemplate",
    "Sensor",
    (sensor) => {
      taskTrigger(sensor).template.k8s.source.resource.spec.workflowTemplateRef.name = "github-codex";
    },
    {
      played: /workflowtemplates "github-codex" not found/,
      linted: /couldn't find workflow template "github-codex" in namespace "argo-workflows"/,
    },
  ],
  [
    "a parameter that does not exist",
    "WorkflowTemplate",
    (template) => {
      templateNamed(template, "agent").container.args.push("{{workflow.parameters.branch}}");
    },
    { ...both(/failed to resolve \{\{workflow\.parameters\.branch\}\}/) },
  ],
  [
    "a misspelt field of a WorkflowTemplate",
    "WorkflowTemplate",
    (template) => {
      templateNamed(template, "mediator").deamon = true;
    },
    {
      ...both(/unknown field "(spec\.templates\[\d\]\.)?deamon"/),
      conformed: /additional properties 'deamon' not allowed/,
    },
  ],
  [
    "what only the template may set, under templateReferencing: Strict",
    "Sensor",
    (sensor) => {
      taskTrigger(sensor).template.k8s.source.resource.spec.serviceAccountName = "admin";
    },
    { played: /fields \[ServiceAccountName\] are not permitted when using workflowTemplateRef/ },
  ],
  // What the schemas refuse.
  [
    "a misspelt field of a Deployment",
    "Deployment",
    ({ spec }) => {
      spec.template.spec.containers[0].readynessProbe = {};
    },
    { conformed: /apps\/v1 Deployment froussard-serve: .*additional properties 'readynessProbe' not allowed/ },
  ],
  [
    "the singular operation of an ACL",
    "KafkaUser",
    ({ spec }) => {
      spec.authorization.acls[0].operation = "Read";
    },
    { conformed: /at '\/spec\/authorization\/acls\/0': additional properties 'operation' not allowed/ },
  ],
  [
    "a Secret with data",
    "Secret",
    (secret) => {
      secret.stringData = { token: "x" };
    },
    { conformed: /additional properties 'stringData' not allowed/ },
  ],
];

describeWithTools(
  "the checks of dist/, over broken files",
  ({ argo, sensorCheck, workflowCheck, kubeconform: program }) => {
    /** Argo Events' problems, then those of the Workflows that it made and what they lack, one line each. */
    function played(broken: readonly ManifestFile[]): string {
      const messages = goldenMessages.slice(0, 3);
      const launched = launchTasks(sensorCheck, broken, messages);
      const made = launched.launches.flatMap(({ object }) => object ?? []);
      const { problems, runs } = checkWorkflows(workflowCheck, broken, made);
      return [...launchFaults(launched, messages), ...problems, ...runs.flatMap((run) => run.problems)].join("\n");
    }

    function conformed(broken: readonly ManifestFile[]): string {
      const folder = mkdtempSync(join(tmpdir(), "kubeconform-"));
      try {
        for (const { path, text } of broken) {
          mkdirSync(dirname(join(folder, path)), { recursive: true });
          writeFileSync(join(folder, path), text);
        }
        return kubeconform(program, folder, join(root, "crds")).faults.join("\n");
      } finally {
        rmSync(folder, { recursive: true });
      }
    }

    function linted(broken: readonly ManifestFile[]): string {
      const { status, output } = argoLint({ argo, sensorCheck }, broken);
      return status === 0 ? "" : output;
    }

    const checks = { played, linted, conformed };

    test.each(faults)("%s", (_name, kind, change, found) => {
      const broken = breakManifest(files, kind, change);
      for (const [name, check] of Object.entries(checks)) {
        const said = check(broken);
        const expected = found[name as keyof Found];
        if (expected) expect.soft(said, name).toMatch(expected);
        else expect.soft(said, name).toBe("");
      }
    });

    test("files that are only written anew pass all of them", () => {
      const kinds = [...new Set(faults.map(([, kind]) => kind))];
      const anew = kinds.reduce((written, kind) => breakManifest(written, kind, () => {}), files);
      for (const check of Object.values(checks)) expect(check(anew)).toBe("");
    });
  },
);
