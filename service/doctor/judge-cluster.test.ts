import { expect, test } from "vitest";
import { fieldOf, setField, setSecret, setVariable } from "../testing/change-object.ts";
import { addWorkflow, judged, notOk, type Objects, short } from "./testing/judged.ts";

test("a deployment as dist/ has it, with its Secrets, has nothing wrong", async () => {
  const findings = await judged(() => {});
  expect(notOk(findings)).toEqual([]);
  expect(findings.length).toBeGreaterThan(40);
});

const template = "WorkflowTemplate argo-workflows/github-codex-task";
const serve = "Deployment froussard/froussard-serve";
const watch = "Deployment froussard/froussard-watch";
const container = "spec.template.spec.containers.0";
const waiting = (reason: string, message: string) => [{ name: "main", state: { waiting: { reason, message } } }];

/** One thing broken, and all that is not ok then. */
const faults: [name: string, plant: (objects: Objects) => unknown, found: string[], fix: string | RegExp][] = [
  [
    "a Secret that is not there",
    (all) => all.delete("Secret argo-workflows/codex-openai"),
    ["fault secret argo-workflows/codex-openai: it is not there, and mediator needs it"],
    "create it: docs/secrets.md has the command",
  ],
  [
    "a Secret without a key",
    (all) => setSecret(all, "froussard/github-token", "token", undefined),
    ["fault secret froussard/github-token, key token: the key is not there, and serve, watch asks for it"],
    // What was there stays: kubectl apply would take away every other key that it had put there before.
    /^put the value there again.*:\n\(read -rsp "value: " v && kubectl create secret generic github-token -n froussard --from-file=token=<\(printf %s "\$v"\) --dry-run=client -o yaml \| kubectl patch secret github-token -n froussard --patch-file=\/dev\/stdin\)$/s,
  ],
  [
    "an empty key",
    (all) => setSecret(all, "argo-workflows/github-token", "token", ""),
    ["fault secret argo-workflows/github-token, key token: it is empty"],
    /kubectl create secret generic github-token -n argo-workflows/,
  ],
  [
    "a line break at a token's end",
    (all) => setSecret(all, "froussard/github-token", "token", "ghp_0123456789abcdef\n"),
    [
      "fault secret froussard/github-token, key token: it ends with white space, as a file's line break",
      "fault settings serve: serve does not start with: GITHUB_TOKEN: must be one line of printable characters: take the token alone",
      "fault settings watch: watch does not start with: GITHUB_TOKEN: must be one line of printable characters: take the token alone",
    ],
    /printf %s/,
  ],
  [
    "a webhook's secret that is too short",
    (all) => setSecret(all, "froussard/github-secret", "webhook-secret", "short"),
    [
      "fault secret froussard/github-secret, key webhook-secret: it has only 5 characters; at least 16 are taken",
      "fault settings serve: serve does not start with: GITHUB_WEBHOOK_SECRET: must have at least 16 characters",
    ],
    /webhook-secret/,
  ],
  [
    "two passwords for one user",
    (all) => setSecret(all, "kafka/froussard-kafka-password", "password", "another"),
    [
      "fault kafka-password froussard: froussard/froussard-kafka and kafka/froussard-kafka-password hold different passwords",
    ],
    /put one password into both/,
  ],
  [
    "another user's name",
    (all) => setSecret(all, "argo-workflows/kafka-codex-credentials", "username", "somebody"),
    [
      "fault kafka-password codex-consumer: argo-workflows/kafka-codex-credentials names another user than the KafkaUser",
    ],
    /the name must be codex-consumer/,
  ],
  [
    "an executor's token that nobody filled",
    (all) => setField(all, "Secret argo-workflows/codex-executor.service-account-token", "data", {}),
    [
      "fault secret argo-workflows/codex-executor.service-account-token, key token: the key is not there, and the executor of the runs asks for it",
    ],
    "kubectl describe secret codex-executor.service-account-token -n argo-workflows",
  ],
  [
    "a semaphore without a ConfigMap",
    (all) => all.delete("ConfigMap argo-workflows/codex-runs"),
    ["fault config-map argo-workflows/codex-runs: it is not there, and WorkflowTemplate refers to it"],
    /without it no run begins/,
  ],
  [
    "a semaphore of nothing",
    (all) => setField(all, "ConfigMap argo-workflows/codex-runs", "data.concurrency", "0"),
    [
      'fault config-map argo-workflows/codex-runs: concurrency is "0": no run begins unless it is a whole number from 1 on',
    ],
    /runs\.concurrency/,
  ],
  [
    "a ServiceAccount that is not there",
    (all) => all.delete("ServiceAccount argo-workflows/codex-run"),
    ["fault service-account argo-workflows/codex-run: it is not there: no pod of WorkflowTemplate can be made"],
    "sync dist/ again",
  ],
  [
    "a Sensor that may not patch",
    (all) => setField(all, "Role argo-workflows/github-codex-sensor", "rules.0.verbs", ["get", "create"]),
    [
      "fault role Sensor (ServiceAccount argo-workflows/github-codex-sensor): no Role in argo-workflows lets it patch workflows.argoproj.io: no task becomes a Workflow",
    ],
    "Role and RoleBinding are part of it",
  ],
  [
    "a Role that nobody has",
    (all) => all.delete("RoleBinding argo-workflows/froussard-watch"),
    [
      "fault role watch (ServiceAccount froussard/froussard-watch): no Role in argo-workflows lets it get, list workflows.argoproj.io: watch publishes nothing again and tells no failure",
    ],
    "sync dist/",
  ],
  [
    "agents that nothing closes in",
    (all) => all.delete("NetworkPolicy argo-workflows/agent"),
    [
      "fault network-policy argo-workflows: no NetworkPolicy for incoming and outgoing traffic of agent: what the model runs could reach the network",
    ],
    "sync dist/ again",
  ],
  [
    "settings of which a part is older",
    (all) => setVariable(all, watch, container, "CODEX_REPOSITORIES", "gregkonush/other"),
    ["fault settings all programs: CODEX_REPOSITORIES of watch is not that of serve"],
    "sync all of dist/",
  ],
  [
    "a setting that is wrong",
    (all) => setVariable(all, serve, container, "KAFKA_BROKERS", "kafka"),
    ['fault settings serve: serve does not start with: KAFKA_BROKERS: must be a comma list of host:port, not "kafka"'],
    "infra/settings.ts",
  ],
  [
    "two versions of the service",
    (all) => setField(all, watch, `${container}.image`, "ghcr.io/gregkonush/froussard:0.0.9"),
    ["fault images: serve is ghcr.io/gregkonush/froussard:0.1.0, watch is ghcr.io/gregkonush/froussard:0.0.9"],
    "rolled out",
  ],
  [
    "runs of another version",
    (all) => setField(all, template, "spec.templates.2.container.image", "ghcr.io/gregkonush/codex-runner:0.2.0"),
    [
      "warning images: the service is ghcr.io/gregkonush/froussard:0.1.0, the runs are ghcr.io/gregkonush/codex-runner:0.2.0",
    ],
    "images.* in infra/settings.ts",
  ],
  [
    "a program that is not there",
    (all) => all.delete(watch),
    [
      "fault deployment froussard/froussard-watch: it is not there",
      "skipped images: there are not both serve and watch to compare",
    ],
    "sync dist/",
  ],
  [
    "a program whose pods do not start",
    (all) => {
      setField(all, serve, "status.availableReplicas", 0);
      for (const index of [0, 1]) {
        const pod = `Pod froussard/froussard-serve-serve-${index}`;
        setField(all, pod, "status.conditions", []);
        setField(all, pod, "status.containerStatuses", waiting("ImagePullBackOff", "Back-off pulling image"));
      }
    },
    [
      "fault deployment froussard/froussard-serve: no pod is available: froussard-serve-serve-0, container main: ImagePullBackOff (Back-off pulling image)",
    ],
    "kubectl describe pod -n froussard",
  ],
  [
    "a program of which a part is there",
    (all) => setField(all, serve, "status.availableReplicas", 1),
    ["warning deployment froussard/froussard-serve: 1 of 2 pods are available, 2 of them as they are set to be"],
    "kubectl logs",
  ],
  [
    "an event bus that one server is missing from",
    (all) => setField(all, "Pod argo-workflows/codex-event-bus-2", "status.conditions", []),
    ["warning event-bus argo-workflows/codex: only 2 of 3 pods are ready"],
    "kubectl get pods -n argo-workflows",
  ],
  [
    "an EventSource that Argo cannot deploy",
    (all) =>
      setField(all, "EventSource argo-workflows/github-codex", "status.conditions", [
        { type: "SourcesProvided", status: "True" },
        { type: "Deployed", status: "False", message: "failed to get EventBus" },
      ]),
    ["fault event-source argo-workflows/github-codex: Deployed is False: failed to get EventBus"],
    "kubectl logs",
  ],
  [
    "an EventSource that nobody has looked at",
    (all) => setField(all, "EventSource argo-workflows/github-codex", "status", undefined),
    ["fault event-source argo-workflows/github-codex: Argo Events has not looked at it yet: it has no status"],
    "see that its controller runs and looks at this namespace",
  ],
  [
    "an EventSource of another topic and group",
    (all) => {
      setField(all, "EventSource argo-workflows/github-codex", "spec.kafka.tasks.topic", "other");
      setField(all, "EventSource argo-workflows/github-codex", "spec.kafka.tasks.consumerGroup.groupName", "mine");
    },
    [
      "fault event-source argo-workflows/github-codex: it reads the topic other, and serve writes to github.codex.tasks; its consumer group is mine, and not argo-workflows-codex, which its user may use",
    ],
    "the parts fit each other there",
  ],
  [
    "a Sensor that is not there",
    (all) => all.delete("Sensor argo-workflows/github-codex"),
    ["fault sensor argo-workflows/github-codex: it is not there: no task becomes a Workflow"],
    "sync dist/",
  ],
  [
    "a Sensor whose pod is not ready",
    (all) => {
      setField(all, "Pod argo-workflows/github-codex-sensor-0", "status.conditions", []);
      setField(
        all,
        "Pod argo-workflows/github-codex-sensor-0",
        "status.containerStatuses",
        waiting("CrashLoopBackOff", "back-off 5m0s"),
      );
    },
    [
      "fault sensor argo-workflows/github-codex: its pod is not ready: github-codex-sensor-0, container main: CrashLoopBackOff (back-off 5m0s)",
    ],
    "--all-containers",
  ],
  [
    "a Sensor that sets what the template does not have, at another bus",
    (all) => {
      const path = "spec.triggers.0.template.k8s.source.resource.spec.arguments.parameters.3.name";
      setField(all, "Sensor argo-workflows/github-codex", path, "heads");
      setField(all, "Sensor argo-workflows/github-codex", "spec.eventBusName", "default");
    },
    [
      "fault sensor argo-workflows/github-codex: it listens at the event bus default, and the EventSource speaks at codex; it sets parameters that the WorkflowTemplate does not have: heads",
    ],
    "the parts fit each other there",
  ],
  [
    "a template without a parameter",
    (all) => {
      const declared = fieldOf(all, template, "spec.arguments.parameters") as { name: string }[];
      setField(
        all,
        template,
        "spec.arguments.parameters",
        declared.filter(({ name }) => name !== "planSha256"),
      );
    },
    [
      "fault sensor argo-workflows/github-codex: it sets parameters that the WorkflowTemplate does not have: planSha256",
      "fault workflow-template argo-workflows/github-codex-task: parameters are missing: planSha256",
    ],
    "sync dist/ again",
  ],
  [
    "parameters in another order",
    (all) => {
      const declared = fieldOf(all, template, "spec.arguments.parameters") as unknown[];
      setField(all, template, "spec.arguments.parameters", declared.toReversed());
    },
    ["fault workflow-template argo-workflows/github-codex-task: parameter 0 is dryRun, and has to be stage"],
    "sync dist/ again",
  ],
  [
    "another stage",
    (all) => setField(all, template, "spec.arguments.parameters.0.enum", ["planning"]),
    [
      "fault workflow-template argo-workflows/github-codex-task: stage may be planning, and has to be one of planning, implementation",
    ],
    "sync dist/ again",
  ],
  [
    "Workflows that are forgotten before their messages",
    (all) => setField(all, template, "spec.ttlStrategy.secondsAfterCompletion", 86_400),
    [
      "fault retention: Workflows are kept for 1 days, messages for 7 days: one that comes again would start a second run",
    ],
    "Workflows are kept for 8 days",
  ],
  [
    "a Workflow that no controller takes up",
    (all) => addWorkflow(all, "codex-planning-1-0123456789abcdef", { minutes: 5 }),
    ["fault workflows argo-workflows: codex-planning-1-0123456789abcdef: no controller has taken it up"],
    "workflow controller runs",
  ],
  [
    "a Workflow that waits for something else than its turn",
    (all) => addWorkflow(all, "w", { minutes: 30, phase: "Pending", message: "quota exceeded" }),
    ["fault workflows argo-workflows: w is pending: quota exceeded"],
    "argo get -n argo-workflows w",
  ],
  [
    "an image of the runs that cannot be pulled",
    (all) => {
      addRunPod(all, "a", { minutes: 3, state: waiting("ImagePullBackOff", "401 Unauthorized") });
      addRunPod(all, "b", { minutes: 1, state: waiting("ErrImagePull", "401 Unauthorized") });
    },
    [
      "fault workflows argo-workflows: a pod of a run does not start: a, container main: ImagePullBackOff (401 Unauthorized)",
    ],
    "kubectl get events -n argo-workflows",
  ],
  [
    "a topic that cannot lose a broker",
    (all) =>
      setField(all, "KafkaTopic kafka/github.codex.tasks", "spec.config", {
        "min.insync.replicas": 3,
        "retention.ms": 1,
      }),
    [
      "fault kafka-topic github.codex.tasks: min.insync.replicas is 3, of 3 replicas: nothing can be written while one broker is away",
    ],
    "the contract's settings",
  ],
  [
    "a topic that takes more than the bus",
    (all) =>
      setField(all, "KafkaTopic kafka/github.codex.tasks", "spec.config", {
        "max.message.bytes": 2_000_000,
        "retention.ms": 1,
      }),
    [
      "fault kafka-topic github.codex.tasks: max.message.bytes is 2000000, and has to be 229376: the event bus takes no more",
    ],
    "the contract's settings",
  ],
  [
    "a topic that the operator does not make",
    (all) =>
      setField(all, "KafkaTopic kafka/github.webhook.events", "status.conditions", [
        { type: "Ready", status: "False", message: "Decreasing partitions not supported" },
      ]),
    ["fault kafka-topic github.webhook.events: it is not ready: Decreasing partitions not supported"],
    "kubectl describe kafkatopic github.webhook.events -n kafka",
  ],
  [
    "a user without a right",
    (all) =>
      setField(all, "KafkaUser kafka/codex-consumer", "spec.authorization.acls", [
        fieldOf(all, "KafkaUser kafka/codex-consumer", "spec.authorization.acls.0"),
      ]),
    ["fault kafka-user codex-consumer: it may not Read group argo-workflows-codex"],
    "the KafkaUser there has these ACLs",
  ],
  [
    "a user that is not there",
    (all) => all.delete("KafkaUser kafka/froussard"),
    ["fault kafka-user froussard: there is no KafkaUser of it in kafka"],
    "--kafka-namespace",
  ],
];

function addRunPod(all: Objects, name: string, { minutes, state }: { minutes: number; state: unknown }) {
  const creationTimestamp = new Date(Date.now() - minutes * 60_000).toISOString();
  const labels = { "app.kubernetes.io/part-of": "froussard", "app.kubernetes.io/component": "agent" };
  all.set(`Pod argo-workflows/${name}`, {
    ...{ apiVersion: "v1", kind: "Pod" },
    metadata: {
      ...{ name, namespace: "argo-workflows", creationTimestamp, labels },
      ownerReferences: [{ kind: "Workflow", name: "w" }],
    },
    status: { phase: "Pending", containerStatuses: state },
  });
}

test("a pod of a run that has just been made is none that is held up", async () => {
  const findings = await judged((all) =>
    addRunPod(all, "a", { minutes: 1, state: waiting("ErrImagePull", "once more") }),
  );
  expect(notOk(findings)).toEqual([]);
});

test.each(faults)("%s", async (_, plant, expected, fix) => {
  const found = notOk(await judged(plant));
  expect(found.map(short)).toEqual(expected);
  expect(found.some((each) => (typeof fix === "string" ? each.fix?.includes(fix) : fix.test(each.fix ?? "")))).toBe(
    true,
  );
});

test("a Workflow that waits for its turn is none that is stuck", async () => {
  const findings = await judged((all) =>
    addWorkflow(all, "w", {
      minutes: 60,
      phase: "Pending",
      message: "Waiting for argo-workflows/Mutex/x lock. Lock status: 0/1",
    }),
  );
  expect(notOk(findings)).toEqual([]);
});

test("a pod that somebody made by hand is no part of the deployment, whatever its labels say", async () => {
  const findings = await judged((all) => {
    setField(all, "Pod argo-workflows/github-codex-sensor-0", "metadata.ownerReferences", []);
  });
  expect(notOk(findings).map(short)).toEqual(["fault sensor argo-workflows/github-codex: there is no pod of it"]);
});

test("what is not installed is told by the name of what brings it", async () => {
  const found = notOk(await judged(() => {}, { absent: ["sensors", "kafkausers"] }));
  expect(found.map(short)).toEqual([
    "fault custom-resources Argo Events: argoproj.io/v1alpha1 does not serve sensors",
    "fault custom-resources Strimzi: kafka.strimzi.io/v1 does not serve kafkausers",
  ]);
});

test("without rights nothing is taken for a fault: what is not seen is not checked, and the lines are told", async () => {
  const refused = [
    "secrets in kafka",
    "secrets in froussard",
    "rolebindings in argo-workflows",
    "pods in argo-workflows",
  ];
  const found = notOk(await judged(() => {}, { refused }));
  expect(notOk(found, "fault")).toEqual([]);
  expect(notOk(found, "warning")).toEqual([]);
  const rights = found.find(({ id }) => id === "rights");
  expect(rights?.fix).toContain("\nkubectl auth can-i get secrets/froussard-kafka-password -n kafka\n");
  expect(rights?.fix).toContain("kubectl auth can-i list rolebindings");
  expect(new Set(found.map(({ id }) => id))).toEqual(
    new Set(["rights", "secret", "kafka-password", "role", "event-bus", "event-source", "sensor"]),
  );
});

test("no value of a Secret is told, whatever is wrong", async () => {
  const findings = await judged((all) => {
    setSecret(all, "froussard/github-token", "token", " ghp_0123456789abcdef ");
    setSecret(all, "froussard/froussard-kafka", "password", "first-line\nsecond-line");
    setSecret(all, "argo-workflows/codex-openai", "api-key", "sk-0123456789\n");
  });
  const told = JSON.stringify(findings);
  expect(told).toContain("it begins with white space");
  for (const value of ["ghp_", "first-line", "second-line", "sk-012", "password-of", "a-webhook-secret"])
    expect(told).not.toContain(value);
});
