import { topics } from "@froussard/contract";
import { describe, expect, test } from "vitest";
import type { GitHubAnswer } from "../checks/github/ask-github.ts";
import { defaultNamespaces } from "./deployed-names.ts";
import { deploymentChecks, doctorCheckIds } from "./doctor-checks.ts";
import { doctorJob, insideLine } from "./doctor-job.ts";
import { doctorReportSchema, type Finding, reportOf } from "./doctor-report.ts";
import { dryRunLines } from "./dry-run-lines.ts";
import type { DeployedSignIn } from "./github/deployed-sign-in.ts";
import { judgeSameAccount } from "./github/judge-same-account.ts";
import { judgeWebhook } from "./github/judge-webhook.ts";
import { webhookOwners } from "./github/look-at-service.ts";
import type { HookFacts, SeenDelivery, SeenHook } from "./github/read-webhook.ts";
import { metricSum } from "./health/metric-sum.ts";
import type { HealthFacts, PodHealth } from "./health/read-health.ts";
import { judgeHealth } from "./judge/judge-health.ts";
import { consumerRights, serviceRights } from "./judge/needed-rights.ts";
import { judgeKafka } from "./kafka/judge-kafka.ts";
import type { KafkaFacts, TopicFacts } from "./kafka/read-kafka.ts";
import { podSpec } from "./kubernetes/objects.ts";

const short = ({ status, id, found }: Finding) => `${status} ${id}: ${found}`;
const answer = <T>(data: T): GitHubAnswer<T> => ({ kind: "answer", data, headers: {} });
const refused = (status: number): GitHubAnswer<never> => ({ kind: "refused", status, message: "no", headers: {} });

describe("Kafka, asked as a user", () => {
  const bits = (...codes: number[]) => codes.reduce((sum, code) => sum | (1 << code), 0);
  const [read, write, describe_] = [3, 4, 8];
  const topic = (more: Partial<TopicFacts> = {}): TopicFacts => ({
    name: topics.codexTasks,
    partitions: [0, 1, 2].map((index) => ({ index, leader: 1, replicas: 3, inSync: 3 })),
    operations: bits(read, write, describe_),
    ...more,
  });
  const group = { name: "argo-workflows-codex", members: 1, operations: bits(read, describe_), lag: 0n };
  const facts = (more: Partial<KafkaFacts> = {}): KafkaFacts => ({
    rights: consumerRights,
    brokers: "kafka:9092",
    topics: [topic()],
    group,
    ...more,
  });
  const judged = (given: KafkaFacts, insideCluster = false) =>
    judgeKafka(given, { insideCluster, insideLine: "the line" }).map(short);

  test("that is fine", () => {
    expect(judged(facts())).toEqual([
      "ok kafka-sign-in: signs in at kafka:9092",
      "ok kafka-access: Describe and Read, 3 partitions",
      "ok consumer-group: 1 member, 0 behind",
    ]);
  });

  test.each<[string, KafkaFacts, string]>([
    [
      "no right to write",
      facts({ rights: serviceRights, topics: [topic({ operations: bits(describe_) })] }),
      "fault kafka-access: it may not Write",
    ],
    [
      "no right to see it",
      facts({ topics: [topic({ error: "TOPIC_AUTHORIZATION_FAILED" })] }),
      "fault kafka-access: it may not even see the topic, or there is none",
    ],
    [
      "no topic",
      facts({ topics: [topic({ error: "UNKNOWN_TOPIC_OR_PARTITION" })] }),
      "fault kafka-access: there is no such topic",
    ],
    [
      "no leader",
      facts({ topics: [topic({ partitions: [{ index: 2, leader: -1, replicas: 3, inSync: 0 }] })] }),
      "fault kafka-access: partition 2 has no leader",
    ],
    [
      "too few in sync",
      facts({ topics: [topic({ partitions: [{ index: 1, leader: 1, replicas: 3, inSync: 1 }] })] }),
      "fault kafka-access: partition 1: too few replicas are in sync to take anything",
    ],
    [
      "one broker alone",
      facts({ topics: [topic({ partitions: [{ index: 0, leader: 1, replicas: 1, inSync: 1 }] })] }),
      "ok kafka-access: Describe and Read, 1 partitions",
    ],
    [
      "a group that may not be joined",
      facts({ group: { ...group, error: "GROUP_AUTHORIZATION_FAILED" } }),
      "fault consumer-group: codex-consumer may not Read the group: the EventSource cannot join it",
    ],
    [
      "a group that is only described",
      facts({ group: { ...group, operations: bits(describe_) } }),
      "fault consumer-group: codex-consumer may not Read the group: the EventSource cannot join it",
    ],
    [
      "nobody in the group",
      facts({ group: { ...group, members: 0, lag: 3n } }),
      "fault consumer-group: nobody is in it, and 3 messages wait: the EventSource does not read",
    ],
    ["a group far behind", facts({ group: { ...group, lag: 500n } }), "warning consumer-group: 500 messages behind"],
    ["a group a little behind", facts({ group: { ...group, lag: 2n } }), "ok consumer-group: 1 member, 2 behind"],
  ])("%s", (_, given, expected) => expect(judged(given)).toContain(expected));

  test("what cannot be reached from outside is not checked; inside it is a fault", () => {
    const away = facts({
      fault: { code: "UNREACHABLE", retry: "group", advice: "Kafka cannot be reached at kafka:9092" },
    });
    expect(judged(away)[0]).toBe(
      "skipped kafka-sign-in: kafka:9092 cannot be reached from here (unreachable), as is usual outside of the cluster",
    );
    expect(judgeKafka(away, { insideCluster: false, insideLine: "the line" })[0]?.fix).toBe(
      "look from inside:\nthe line",
    );
    expect(judged(away, true)).toEqual([
      "fault kafka-sign-in: Kafka cannot be reached at kafka:9092",
      "skipped kafka-access: the sign-in has to be put right first",
      "skipped consumer-group: the sign-in has to be put right first",
    ]);
    const wrong = facts({ fault: { code: "AUTHENTICATION", retry: "no", advice: "Kafka refuses the user" } });
    expect(judged(wrong)[0]).toBe("fault kafka-sign-in: Kafka refuses the user");
  });
});

describe("webhooks", () => {
  const now = Date.parse("2026-03-04T12:00:00Z");
  const hook = (more: Partial<SeenHook> = {}, config: Partial<SeenHook["config"]> = {}): SeenHook => ({
    ...{ id: 7, active: true, events: ["issues", "issue_comment"] },
    config: { url: "https://hooks.example.org/webhooks/github", content_type: "json", secret: "********", ...config },
    ...more,
  });
  const delivery = (status_code: number, more: Partial<SeenDelivery> = {}): SeenDelivery => ({
    ...{ guid: `${Math.random()}`, delivered_at: "2026-03-04T11:00:00Z", event: "issues", status_code },
    status: status_code === 202 ? "OK" : "Invalid HTTP Response",
    ...more,
  });
  const judged = (hooks: HookFacts["hooks"], deliveries: SeenDelivery[] = [], expectedId?: number) =>
    judgeWebhook({ owner: "ada/lab", hooks, deliveries: answer(deliveries), expectedId }, now).map(short);

  test.each<[string, string[], string]>([
    ["fine", judged(answer([hook()]), [delivery(202)]), "ok webhook: number 7, to hooks.example.org"],
    ["all events", judged(answer([hook({ events: ["*"] })])), "ok webhook: number 7, to hooks.example.org"],
    [
      "another address",
      judged(answer([hook({}, { url: "https://ci.example.org/hook" })])),
      "warning webhook: none of its 1 webhooks is for /webhooks/github: only watch finds what happens, some seconds later",
    ],
    [
      "no right",
      judged(refused(404)),
      "skipped webhook: the service's token may not read webhooks, and does not have to",
    ],
    [
      "not active",
      judged(answer([hook({ active: false })])),
      "fault webhook: number 7, to hooks.example.org: it is not active",
    ],
    [
      "an event missing",
      judged(answer([hook({ events: ["issues"] })])),
      "fault webhook: number 7, to hooks.example.org: it sends no issue_comment",
    ],
    [
      "a form",
      judged(answer([hook({}, { content_type: "form" })])),
      "fault webhook: number 7, to hooks.example.org: it sends form, and serve takes application/json",
    ],
    [
      "no secret",
      judged(answer([hook({}, { secret: undefined })])),
      "fault webhook: number 7, to hooks.example.org: it has no secret: serve refuses what it sends",
    ],
    [
      "no look at certificates",
      judged(answer([hook({}, { insecure_ssl: "1" })])),
      "fault webhook: number 7, to hooks.example.org: it does not look at the certificate of your host",
    ],
    [
      "another number than watch looks after",
      judged(answer([hook()]), [], 8),
      "fault webhook: number 7, to hooks.example.org: watch is told to look after number 8 (github.hooks)",
    ],
    ["none delivered", judged(answer([hook()])), "ok webhook-deliveries: none in the last day"],
    [
      "long ago",
      judged(answer([hook()]), [delivery(502, { delivered_at: "2026-03-01T11:00:00Z" })]),
      "ok webhook-deliveries: none in the last day",
    ],
    [
      "asked for again",
      judged(answer([hook()]), [delivery(202, { guid: "a" }), delivery(502, { guid: "a" })]),
      "ok webhook-deliveries: 1 in the last day, all of them taken",
    ],
    [
      "failed, and well again",
      judged(answer([hook()]), [delivery(202), delivery(503), delivery(503)]),
      "warning webhook-deliveries: 2 of 3 in the last day were not taken (2 × 503 Invalid HTTP Response); the newest was",
    ],
    [
      "failing",
      judged(answer([hook()]), [delivery(0, { status: "failed to connect to host" }), delivery(202)]),
      "fault webhook-deliveries: 1 of 2 in the last day were not taken (1 × failed to connect to host)",
    ],
  ])("%s", (_, found, expected) => expect(found).toContain(expected));

  test.each([
    [401, /the webhook's secret is not the one in github-secret/],
    [404, /has to end in \/webhooks\/github/],
    [503, /Kafka is not there/],
    [302, /GitHub does not follow/],
    [502, /does not get to serve/],
  ])("%i says what to do", (code, words) => {
    const found = judgeWebhook(
      { owner: "ada/lab", hooks: answer([hook()]), deliveries: answer([delivery(code)]) },
      now,
    );
    expect(found.find(({ id }) => id === "webhook-deliveries")?.fix).toMatch(words);
  });

  test("an organization's webhook serves its repositories; the others have their own", () => {
    const settings = {
      GITHUB_HOOK_ID: [
        { id: 1, organization: "Acme" },
        { id: 2, repository: "ada/lab" },
      ],
    };
    expect(webhookOwners(settings, ["acme/one", "ada/lab", "eve/x"])).toEqual([
      ["Acme", settings.GITHUB_HOOK_ID[0]],
      ["ada/lab", settings.GITHUB_HOOK_ID[1]],
      ["eve/x", undefined],
    ]);
    expect(webhookOwners({ GITHUB_HOOK_ID: [{ id: 3 }] }, ["ada/lab"])).toEqual([["ada/lab", { id: 3 }]]);
  });
});

test("one account is known by its number, an App by its own", () => {
  const token: DeployedSignIn = { credential: { token: "x" } };
  const app = (appId: number): DeployedSignIn => ({
    credential: { app: { appId, installationId: 1, privateKey: "k" } },
  });
  const owner = (id: number, login: string) => answer({ id, login });
  const judged = (...given: Parameters<typeof judgeSameAccount>) => short(judgeSameAccount(...given));
  expect(judged(token, token, { service: owner(1, "robot"), runs: owner(1, "robot") })).toBe(
    "ok same-account: both are robot's",
  );
  expect(judged(token, token, { service: owner(1, "robot"), runs: owner(2, "ada") })).toBe(
    "fault same-account: the service's token is robot's, that of the runs ada's: neither knows what the other wrote as its own",
  );
  expect(judged(token, token, { service: owner(1, "robot"), runs: refused(401) })).toBe(
    "fault same-account: the token of the runs is refused by GitHub (401): it is wrong, expired or revoked",
  );
  expect(judged(app(5), app(5), undefined)).toBe("ok same-account: both are the App 5");
  expect(judged(app(5), app(6), undefined)).toMatch(/^fault same-account: one side is the App 5, the other 6/);
  expect(judged(token, app(6), undefined)).toMatch(/^fault same-account: one side signs in with a token/);
  expect(judged({ because: "not seen" }, token, undefined)).toBe("skipped same-account: not seen");
});

describe("what the service says of itself", () => {
  const metrics = (deadLetters: number, oldest: number) =>
    `# TYPE froussard_dead_letters_total counter\nfroussard_dead_letters_total{stage="planning"} ${deadLetters}\n# TYPE froussard_oldest_unanswered_issue_age_seconds gauge\nfroussard_oldest_unanswered_issue_age_seconds ${oldest}\n`;
  const found = (status: number, text: string) => ({ kind: "found" as const, value: { status, text } });
  const pod = (more: Partial<PodHealth> = {}): PodHealth => ({
    ...{ name: "pod-1", readiness: found(200, '{"status":"ok"}'), metrics: found(200, metrics(0, 0)) },
    ...more,
  });
  const judged = (serve: readonly PodHealth[], watch: readonly PodHealth[]) =>
    judgeHealth({ namespace: "froussard", serve, watch, deadlineMinutes: 60 } satisfies HealthFacts).map(short);

  test("that all is well", () => {
    expect(judged([pod(), pod()], [pod()])).toEqual([
      "ok readiness: 2 pods say so",
      "ok readiness: its pod says so",
      "ok dead-letters: none since these pods began",
      "ok unanswered: nobody waits",
    ]);
  });

  test.each<[string, string[], string]>([
    [
      "not ready",
      judged(
        [pod({ readiness: found(503, '{"status":"not ready","reason":"kafka: the \\"user\\" is refused"}') })],
        [],
      ),
      'fault readiness: pod-1: kafka: the "user" is refused',
    ],
    [
      "dead letters",
      judged([pod({ metrics: found(200, metrics(2, 0)) }), pod({ metrics: found(200, metrics(1, 0)) })], []),
      "warning dead-letters: 3 since these pods began: task messages that became no Workflow after all tries",
    ],
    [
      "somebody waits",
      judged([], [pod({ metrics: found(200, metrics(0, 600)) })]),
      "ok unanswered: the oldest request waits for 10 minutes, of 135 that it may",
    ],
    [
      "somebody waits for ever",
      judged([], [pod({ metrics: found(200, metrics(0, 9_000)) })]),
      "warning unanswered: the oldest request waits for 150 minutes; a task has begun, and Codex has worked, in 135",
    ],
    [
      "a pod out of reach",
      judged([pod({ readiness: found(503, '{"kind":"Status","message":"i/o timeout"}') })], []),
      "skipped readiness: the API server does not get through to the pod: a NetworkPolicy keeps it out, or the pod does not answer",
    ],
    [
      "no right",
      judged(
        [
          pod({
            metrics: { kind: "forbidden", question: { verb: "get", resource: "pods/proxy", namespace: "froussard" } },
          }),
        ],
        [],
      ),
      "skipped dead-letters: you may not get pods/proxy in froussard",
    ],
    ["no pod", judged([], []), "skipped unanswered: there is no pod that tells its metrics"],
  ])("%s", (_, given, expected) => expect(given).toContain(expected));

  test("a metric is summed over its labels, and known without a line of its own", () => {
    expect(metricSum('# TYPE a counter\na{x="1"} 2\na{x="2"} 3e1\nab 7\n', "a")).toBe(32);
    expect(metricSum("# TYPE a counter\n", "a")).toBe(0);
    expect(metricSum("# TYPE ab counter\nab 1\n", "a")).toBeUndefined();
  });
});

test("the Job may read what is looked at, and nothing else; it is let out, and told other namespaces", () => {
  const other = { service: "s", workflows: "argo-workflows", kafka: "k" };
  const serve = podSpec.parse({
    imagePullSecrets: [{ name: "registry" }],
    volumes: [
      { name: "authorities", configMap: { name: "ours", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      { name: "github-app", secret: { secretName: "github-app" } },
    ],
    containers: [
      {
        image: "example.org/froussard:1",
        env: [
          { name: "GITHUB_TOKEN", valueFrom: { secretKeyRef: { name: "github-token", key: "token" } } },
          { name: "NODE_EXTRA_CA_CERTS", value: "/etc/authorities/ca.crt" },
        ],
        volumeMounts: [
          { name: "authorities", mountPath: "/etc/authorities" },
          { name: "github-app", mountPath: "/etc/github-app" },
        ],
      },
    ],
  });
  const text = JSON.stringify(doctorJob(other, serve));
  expect(text).toContain('"image":"example.org/froussard:1"');
  // It trusts whom serve trusts, and gets nothing else of it.
  expect(text).toContain('"env":[{"name":"NODE_EXTRA_CA_CERTS","value":"/etc/authorities/ca.crt"}]');
  expect(text).toContain('"volumeMounts":[{"name":"authorities","mountPath":"/etc/authorities","readOnly":true}]');
  expect(text).not.toMatch(/GITHUB_TOKEN|github-app/);
  expect(text).toContain('"imagePullSecrets":[{"name":"registry"}]');
  const verbs = [...text.matchAll(/"verbs":(\[[^\]]*\])/g)].map(([, list]) => list);
  expect(new Set(verbs)).toEqual(new Set(['["get","list"]', '["get"]']));
  expect(text.match(/"resources":\["secrets"\],"verbs":\["get"\]/g)).toHaveLength(3);
  expect(text).toContain('"args":["doctor","--service-namespace=s","--kafka-namespace=k"]');
  expect(text).toContain('"resources":["pods","pods/proxy"]');
  expect(insideLine(other)).toContain(
    "npm run --silent doctor -- --service-namespace=s --kafka-namespace=k --job | kubectl apply",
  );
});

test("lines for a dry run name the template, each stage, and a repository that is served", () => {
  const lines = dryRunLines(defaultNamespaces, "acme/*,acme/lab");
  expect(lines.match(/argo submit --from workflowtemplate\/github-codex-task -n argo-workflows/g)).toHaveLength(2);
  expect(lines).toContain("-p stage=implementation -p dryRun=true -p repository=acme/lab");
});

test("a report is in the order of the checks, of the form that --json promises, and healthy without a fault", () => {
  const finding = (id: Finding["id"], status: Finding["status"]): Finding => ({ id, status, found: "x" });
  const report = reportOf([finding("github", "warning"), finding("kubernetes", "skipped"), finding("secret", "fault")]);
  expect(report.findings.map(({ id }) => id)).toEqual(["kubernetes", "secret", "github"]);
  expect(doctorReportSchema.parse(report).healthy).toBe(false);
  expect(reportOf([finding("github", "warning")]).healthy).toBe(true);
  expect(new Set(doctorCheckIds).size).toBe(doctorCheckIds.length);
  expect(Object.keys(deploymentChecks)).toEqual(doctorCheckIds.slice(0, Object.keys(deploymentChecks).length));
});
