import { expect, test } from "vitest";
import { setField, setSecret, setVariable } from "../../testing/change-object.ts";
import { deployedEnvironment } from "../kubernetes/deployed-environment.ts";
import { addWorkflow, judged, notOk, type Objects, short } from "../testing/judged.ts";
import { judgeSecrets } from "./judge-secrets.ts";

const serve = "Deployment froussard/froussard-serve";
const template = "WorkflowTemplate argo-workflows/github-codex-task";
const day = 86_400;

/** What is just right, or just wrong, and all that is not ok then. */
test.each<[name: string, plant: (objects: Objects) => unknown, found: string[]]>([
  [
    "Workflows that are kept exactly as long as messages",
    (all) => setField(all, template, "spec.ttlStrategy.secondsAfterCompletion", 7 * day),
    [
      "fault retention: Workflows are kept for 7 days, messages for 7 days: one that comes again would start a second run",
    ],
  ],
  [
    "a topic that keeps messages for ever",
    (all) => setField(all, "KafkaTopic kafka/github.codex.tasks", "spec.config", { "retention.ms": -1 }),
    ["fault retention: github.codex.tasks keeps messages for ever, Workflows are kept for 8 days"],
  ],
  [
    "a topic that says nothing of how long it keeps messages",
    (all) => setField(all, "KafkaTopic kafka/github.codex.tasks", "spec.config", {}),
    [
      "fault retention: github.codex.tasks keeps messages for as long as its brokers are set to: it says nothing itself",
    ],
  ],
  [
    "a RoleBinding for an account of the same name elsewhere",
    (all) => setField(all, "RoleBinding argo-workflows/froussard-watch", "subjects.0.namespace", "elsewhere"),
    [
      "fault role watch (ServiceAccount froussard/froussard-watch): no Role in argo-workflows lets it get, list workflows.argoproj.io: watch publishes nothing again and tells no failure",
    ],
  ],
  [
    "a Role that gives everything",
    (all) =>
      setField(all, "Role argo-workflows/github-codex-sensor", "rules", [
        { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
      ]),
    [],
  ],
  [
    "an event bus that has lost its majority",
    (all) => {
      for (const index of [1, 2]) setField(all, `Pod argo-workflows/codex-event-bus-${index}`, "status.conditions", []);
    },
    ["fault event-bus argo-workflows/codex: only 1 of 3 pods are ready"],
  ],
  [
    "agents that may send wherever they want",
    (all) => setField(all, "NetworkPolicy argo-workflows/agent", "spec.policyTypes", ["Ingress"]),
    [
      "fault network-policy argo-workflows: no NetworkPolicy for incoming and outgoing traffic of agent: what the model runs could reach the network",
    ],
  ],
  [
    "a right that is denied",
    (all) => setField(all, "KafkaUser kafka/codex-consumer", "spec.authorization.acls.1.type", "deny"),
    ["fault kafka-user codex-consumer: it may not Read group argo-workflows-codex"],
  ],
  [
    "a topic with fewer partitions",
    (all) => setField(all, "KafkaTopic kafka/github.codex.tasks", "spec.partitions", 2),
    ["fault kafka-topic github.codex.tasks: it has 2 of 3 partitions"],
  ],
  ["a topic that has more", (all) => setField(all, "KafkaTopic kafka/github.codex.tasks", "spec.partitions", 12), []],
  [
    "a Sensor that makes Workflows elsewhere",
    (all) =>
      setField(
        all,
        "Sensor argo-workflows/github-codex",
        "spec.triggers.0.template.k8s.source.resource.metadata.namespace",
        "default",
      ),
    ["fault sensor argo-workflows/github-codex: it makes Workflows in default"],
  ],
  [
    "a program that was scaled to nothing",
    (all) => setField(all, serve, "spec.replicas", 0),
    ["fault deployment froussard/froussard-serve: it is scaled to 0"],
  ],
  [
    "a key of two lines",
    (all) => setSecret(all, "argo-workflows/codex-openai", "api-key", "sk-one\nsk-two"),
    ["fault secret argo-workflows/codex-openai, key api-key: it has more than one line"],
  ],
])("%s", async (_, plant, expected) => {
  expect(notOk(await judged(plant)).map(short)).toEqual(expected);
});

test.each([
  ...["CODEX_REPOSITORIES", "CODEX_TRIGGER_LOGINS", "CODEX_PLAN_TRIGGER", "CODEX_BRANCH_PREFIX", "CODEX_BASE_BRANCH"],
  "GITHUB_API_BASE_URL",
])("%s has to be the same for all programs", async (name) => {
  const findings = await judged((all) => {
    setVariable(
      all,
      "Deployment froussard/froussard-watch",
      "spec.template.spec.containers.0",
      name,
      "https://a.example.org",
    );
  });
  expect(findings.map(short)).toContain(`fault settings all programs: ${name} of watch is not that of serve`);
});

test("a Workflow may be pending for some minutes, whatever it waits for", async () => {
  const findings = await judged((all) =>
    addWorkflow(all, "w", { minutes: 10, phase: "Pending", message: "quota exceeded" }),
  );
  expect(notOk(findings)).toEqual([]);
});

test("an optional key that is not there leaves nothing unseen", () => {
  const from = (key: string, optional: boolean) => ({ secretKeyRef: { name: "s", key, optional } });
  const env = [
    { name: "NEEDED", valueFrom: from("a", false) },
    { name: "OPTIONAL", valueFrom: from("b", true) },
  ];
  expect(deployedEnvironment({ env }, "n", new Map())).toEqual({ values: {}, unseen: ["NEEDED"] });
});

test.each([
  ["v1.29.14", ["fault kubernetes: v1.29.14 is too old"]],
  ["v1.30.0", []],
  ["v2.0.1", []],
  ["v1.31.5-gke.1233000", []],
])("Kubernetes %s", async (gitVersion, expected) => {
  const findings = await judged(() => {}, { facts: { version: { kind: "found", value: { gitVersion } } } });
  expect(notOk(findings).map(short)).toEqual(expected);
});

test.each([
  ["-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "ok secret kafka/ca: holds ca.crt"],
  ["MIIB\n", "fault secret kafka/ca, key ca.crt: it is not of PEM form (-----BEGIN …)"],
])("an authority is a file of PEM form: %j", (value, expected) => {
  const need = { namespace: "kafka", name: "ca", key: "ca.crt", optional: false, readBy: "serve" };
  const secret = { kind: "found" as const, value: { metadata: { name: "ca" }, data: new Map([["ca.crt", value]]) } };
  const secrets = new Map([["kafka/ca", secret]]) as unknown as Parameters<typeof judgeSecrets>[0]["secrets"];
  expect(judgeSecrets({ needs: [{ ...need, holds: "authority" }], secrets }).map(short)).toEqual([expected]);
});
