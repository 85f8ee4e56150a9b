import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { consumerGroup, topics } from "@froussard/contract";
import { AclOperations, AclPermissionTypes, ResourcePatternTypes, ResourceTypes } from "@platformatic/kafka";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { brokerTools } from "../testing/broker/broker-tools.ts";
import { freePorts } from "../testing/broker/free-ports.ts";
import { users } from "../testing/broker/users.ts";
import { fieldOf, setField, setSecret, setVariable } from "../testing/change-object.ts";
import type { KubernetesObject } from "../testing/fake-cluster.ts";
import { describeWith } from "../testing/needs-tools.ts";
import { type DoctorReport, doctorReportSchema } from "./doctor-report.ts";
import { approver, automation, type Deployment, served, startDeployment } from "./testing/start-deployment.ts";

const serve = "Deployment froussard/froussard-serve";
const watch = "Deployment froussard/froussard-watch";
const template = "WorkflowTemplate argo-workflows/github-codex-task";
const container = "spec.template.spec.containers.0";

describeWith(brokerTools, "froussard doctor, over a deployment that lives", () => {
  let deployment: Deployment;
  beforeAll(async () => {
    deployment = await startDeployment();
  }, 120_000);
  afterAll(() => deployment?.close());
  afterEach(() => deployment.restore());

  interface Run {
    args?: readonly string[];
    env?: Record<string, string>;
  }

  /** The command as a person runs it. */
  async function run({ args = [], env = {} }: Run = {}) {
    const token = deployment.github.token(approver);
    const command = [
      join(import.meta.dirname, "../main.ts"),
      "doctor",
      "--kubeconfig",
      deployment.cluster.kubeconfig,
      ...args,
    ];
    const { code, stdout, stderr } = await new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const options = { env: { PATH: process.env["PATH"] ?? "", DOCTOR_GITHUB_TOKEN: token, ...env }, timeout: 60_000 };
      execFile(process.execPath, command, options, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
      );
    });
    for (const secret of [...deployment.secrets, token]) expect(stdout + stderr).not.toContain(secret);
    return { code, stdout, stderr };
  }

  async function report(given: Run = {}): Promise<{ code: number; report: DoctorReport }> {
    const { code, stdout, stderr } = await run({ ...given, args: ["--json", ...(given.args ?? [])] });
    expect(stderr).toBe("");
    return { code, report: doctorReportSchema.parse(JSON.parse(stdout)) };
  }

  const named = ({ findings }: DoctorReport, ...wanted: string[]) =>
    findings.flatMap(({ status, id, about }) =>
      wanted.includes(status) ? [`${status} ${id}${about === undefined ? "" : ` ${about}`}`] : [],
    );

  test("a healthy deployment has no fault, everything was looked at, and nothing was changed", async () => {
    const { github, model, cluster } = deployment;
    const [before, asked] = [github.requests.length, model.requests.length];
    const { code, report: found } = await report();
    expect(named(found, "fault", "warning", "skipped")).toEqual([]);
    expect(code).toBe(0);
    expect(found.healthy).toBe(true);
    for (const id of [
      "kafka-access",
      "consumer-group",
      "webhook",
      "webhook-deliveries",
      "readiness",
      "model",
      "same-account",
    ])
      expect(found.findings.some((each) => each.id === id && each.status === "ok")).toBe(true);
    expect(cluster.requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
    expect(model.requests.slice(asked).map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /v1/models/gpt-6.1-sol",
    ]);
    // serve and watch ask too, and by POST when it is GraphQL.
    const writes = github.requests
      .slice(before)
      .filter(({ method, path }) => method !== "GET" && !path.endsWith("/graphql"));
    expect(writes).toEqual([]);
  });

  /** One thing broken, everything that is not well then, and words of what to do. */
  const faults: [name: string, plant: () => unknown, found: string[], ...words: (string | RegExp)[]][] = [
    [
      "a Secret that is not there",
      () => objects().delete("Secret argo-workflows/codex-openai"),
      ["fault secret argo-workflows/codex-openai"],
      "create it: docs/secrets.md has the command",
    ],
    [
      "a key that is missing",
      () => setSecret(objects(), "argo-workflows/github-token", "token", undefined),
      ["fault secret argo-workflows/github-token, key token"],
      "--from-file=token=<(printf %s",
    ],
    [
      "a line break at the end of the model's key",
      () => setSecret(objects(), "argo-workflows/codex-openai", "api-key", "sk-key-of-the-mediators\n"),
      ["fault secret argo-workflows/codex-openai, key api-key"],
      "it ends with white space, as a file's line break",
    ],
    [
      "a key that the provider refuses",
      () => setSecret(objects(), "argo-workflows/codex-openai", "api-key", "sk-another"),
      ["fault model"],
      "create a key at the provider, and put it into the Secret codex-openai of argo-workflows",
    ],
    [
      "a model that there is not",
      () => {
        const templates = templatesIn(objects());
        const index = templates.findIndex(({ name }) => name === "mediator");
        setVariable(objects(), template, `spec.templates.${index}.container`, "CODEX_MODEL", "gpt-6.1-soll");
      },
      ["fault model"],
      /there is no model gpt-6\.1-soll .*set codex\.model in infra\/settings\.ts to/,
    ],
    [
      "a token that was revoked",
      () => {
        const token = deployment.github.token(automation);
        deployment.github.revokeToken(token);
        for (const place of ["froussard/github-token", "argo-workflows/github-token"])
          setSecret(objects(), place, "token", token);
      },
      ["fault same-account", "fault sign-in"],
      "the token of the service is refused by GitHub (401)",
      "put it into the Secrets github-token of froussard and argo-workflows",
    ],
    [
      "a token that may only read",
      () => {
        const token = deployment.github.token("eve");
        for (const place of ["froussard/github-token", "argo-workflows/github-token"])
          setSecret(objects(), place, "token", token);
      },
      ["fault repository-access gregkonush/lab"],
      "give eve the role Write",
    ],
    [
      "tokens of two accounts",
      () => setSecret(objects(), "argo-workflows/github-token", "token", deployment.github.token("eve")),
      ["fault same-account"],
      "the service's token is codex-automation's, that of the runs eve's",
    ],
    [
      "a repository misspelt",
      () => everyProgram("CODEX_REPOSITORIES", "gregkonush/lap"),
      ["fault repository gregkonush/lap"],
      "correct repositories in infra/settings.ts",
    ],
    [
      "an approver who does not exist",
      () => everyProgram("CODEX_TRIGGER_LOGINS", "gregkonnush"),
      ["fault approver gregkonnush"],
      "correct approvers in infra/settings.ts",
    ],
    [
      "issues that are off",
      () => {
        repository().hasIssues = false;
        return () => {
          repository().hasIssues = true;
        };
      },
      ["fault repository gregkonush/lab"],
      "turn them on",
    ],
    [
      "a webhook that is not active",
      () => {
        deployment.hook.active = false;
        return () => {
          deployment.hook.active = true;
        };
      },
      ["fault webhook gregkonush/lab"],
      "it is not active",
    ],
    [
      "deliveries that are refused, for the secrets differ",
      async () => {
        const other = deployment.github.addWebhook(repository(), {
          ...{ url: deployment.hook.url, secret: "another-secret-0123456789", events: ["issues", "issue_comment"] },
        });
        await deployment.github.webhooksSettled();
        setVariable(objects(), watch, container, "GITHUB_HOOK_ID", String(other.id));
        return () => {
          other.active = false;
        };
      },
      ["fault webhook-deliveries gregkonush/lab"],
      "1 of 1 in the last day were not taken (1 × 401",
      "the webhook's secret is not the one in github-secret",
    ],
    [
      "a wrong password of the service's user",
      () => {
        for (const place of ["froussard/froussard-kafka", "kafka/froussard-kafka-password"])
          setSecret(objects(), place, "password", "wrong");
      },
      ["fault kafka-sign-in froussard"],
      "compare the check kafka-password; if both Secrets hold the same, see whether the operator has set it",
    ],
    [
      "passwords that differ",
      () => setSecret(objects(), "kafka/codex-consumer-password", "password", "another"),
      ["fault kafka-password codex-consumer"],
      "put one password into both",
    ],
    [
      "an ACL of the service's user that is gone",
      async () => {
        await deployment.broker.deny(users.service, [topics.codexTasks]);
        return () => deployment.broker.allow(users.service, [topics.codexTasks]);
      },
      ["fault readiness serve", "fault readiness watch", "fault kafka-access froussard on github.codex.tasks"],
      "it may not even see the topic, or there is none",
    ],
    [
      "an ACL of the group that is gone",
      async () => {
        await deployment.broker.admin.deleteAcls({ filters: [groupAcl] });
        return () => deployment.allowConsumer();
      },
      ["fault consumer-group argo-workflows-codex"],
      "codex-consumer may not Read the group: the EventSource cannot join it",
    ],
    [
      "nobody in the group",
      async () => {
        await deployment.leave();
        return () => deployment.join();
      },
      ["fault consumer-group argo-workflows-codex"],
      "the EventSource does not read",
    ],
    [
      "another topic than the EventSource reads",
      () =>
        setField(objects(), "EventSource argo-workflows/github-codex", "spec.kafka.tasks.topic", topics.webhookEvents),
      ["fault event-source argo-workflows/github-codex", "fault kafka-access codex-consumer on github.webhook.events"],
      "it reads the topic github.webhook.events, and serve writes to github.codex.tasks",
    ],
    [
      "a Sensor that is gone",
      () => objects().delete("Sensor argo-workflows/github-codex"),
      ["fault sensor argo-workflows/github-codex"],
      "no task becomes a Workflow",
    ],
    [
      "a template that is older than the contract",
      () => setField(objects(), template, "spec.arguments.parameters.15.name", "dryrun"),
      ["fault workflow-template argo-workflows/github-codex-task"],
      "parameters are missing: dryRun; parameters are unknown: dryrun",
    ],
    [
      "Workflows that are forgotten too early",
      () => setField(objects(), template, "spec.ttlStrategy.secondsAfterCompletion", 3_600),
      ["fault retention"],
      "one that comes again would start a second run",
    ],
    [
      "a semaphore that is gone",
      () => objects().delete("ConfigMap argo-workflows/codex-runs"),
      ["fault config-map argo-workflows/codex-runs"],
      "without it no run begins",
    ],
    [
      "a pod that cannot start",
      () => {
        setField(objects(), watch, "status.availableReplicas", 0);
        const pod = "Pod froussard/froussard-watch-watch-0";
        setField(objects(), pod, "status.conditions", []);
        const waiting = { reason: "CreateContainerConfigError", message: 'secret "github-token" not found' };
        setField(objects(), pod, "status.containerStatuses", [{ name: "main", state: { waiting } }]);
      },
      ["fault deployment froussard/froussard-watch"],
      'CreateContainerConfigError (secret "github-token" not found)',
    ],
    [
      "Argo Events that is not installed",
      () => {
        for (const plural of ["eventbus", "eventsources", "sensors"]) deployment.cluster.absent.add(plural);
      },
      [
        "fault custom-resources Argo Events",
        "fault event-bus argo-workflows/github-codex",
        "fault event-source argo-workflows/github-codex",
        "fault sensor argo-workflows/github-codex",
      ],
      "install Argo Events, with its custom resource definitions",
    ],
  ];

  test.each(faults)("%s", async (_, plant, expected, ...words) => {
    const undo = await plant();
    try {
      const { code, report: found } = await until(expected, async () => report());
      expect(named(found, "fault", "warning")).toEqual(expected);
      const text = found.findings.map((each) => `${each.found} ${each.fix ?? ""}`).join("\n");
      for (const each of words) expect(text).toMatch(typeof each === "string" ? literally(each) : each);
      // Whatever is wrong is told with what to do.
      for (const each of found.findings) if (each.status === "fault") expect(each.fix, each.found).toBeTruthy();
      expect(code).toBe(1);
      expect(found.healthy).toBe(false);
    } finally {
      if (typeof undo === "function") await undo();
    }
  });

  test("of globs the repositories that they stand for are looked at, and a glob that stands for none is told", async () => {
    everyProgram("CODEX_REPOSITORIES", "gregkonush/*,acme/*");
    const { report: found } = await report();
    expect(named(found, "fault", "warning")).toEqual(["warning repository acme/*"]);
    expect(named(found, "ok")).toEqual(expect.arrayContaining([`ok repository ${served}`, `ok webhook ${served}`]));
  });

  test("without rights, from outside, and without somebody's token it says what was not looked at, and is no fault", async () => {
    const { cluster, broker } = deployment;
    for (const each of ["secrets in kafka", "pods/proxy in froussard", "workflows in argo-workflows"])
      cluster.refused.add(each);
    setVariable(cluster.objects, serve, container, "KAFKA_BROKERS", "kafka-kafka-bootstrap.kafka.svc:9092");
    const { code, report: found } = await report({ env: { DOCTOR_GITHUB_TOKEN: "" } });
    expect(named(found, "fault", "warning")).toEqual([]);
    expect(code).toBe(0);
    expect(named(found, "skipped")).toEqual([
      "skipped rights",
      "skipped secret kafka/froussard-kafka-password",
      "skipped secret kafka/codex-consumer-password",
      "skipped kafka-password froussard",
      "skipped kafka-password codex-consumer",
      "skipped readiness serve",
      "skipped readiness watch",
      "skipped dead-letters",
      "skipped unanswered",
      "skipped workflows argo-workflows",
      "skipped kafka-sign-in froussard",
      "skipped kafka-access froussard",
      `skipped webhook ${served}`,
      `skipped webhook-deliveries ${served}`,
    ]);
    const fixes = found.findings.map(({ fix }) => fix ?? "").join("\n");
    expect(fixes).toContain("kubectl auth can-i get secrets/froussard-kafka-password -n kafka");
    expect(fixes).toContain("npm run --silent doctor -- --job | kubectl apply -f -");
    expect(fixes).toContain("set DOCTOR_GITHUB_TOKEN to the token of somebody who administers gregkonush/lab");
    expect(broker.ports.plain).toBeGreaterThan(0);
  });

  test("without a cluster it ends with 2, and says what must work first", async () => {
    const [port = 0] = await freePorts(1);
    const kubeconfig = `${deployment.cluster.kubeconfig}-of-nothing`;
    writeFileSync(
      kubeconfig,
      readFileSync(deployment.cluster.kubeconfig, "utf8").replace(
        /https:\/\/localhost:\d+/,
        `https://localhost:${port}`,
      ),
    );
    const { code, stderr } = await run({ args: ["--kubeconfig", kubeconfig] });
    expect(stderr).toMatch(
      /^froussard doctor: the API server https:\/\/localhost:\d+ cannot be asked \(.*ECONNREFUSED.*\): kubectl version must work/,
    );
    expect(code).toBe(2);
    expect(await run({ args: ["--context", "other"] })).toMatchObject({
      code: 2,
      stderr: "froussard doctor: there is no context other; there are: test\n",
    });
    expect((await run({ args: ["--kubeconfg"] })).code).toBe(2);
    expect((await run({ args: ["--timeout", "0"] })).code).toBe(2);
  });

  test("the lines of a dry run and the Job are printed, and nothing is done", async () => {
    const asked = deployment.cluster.requests.length;
    const lines = await run({ args: ["--dry-run-task"] });
    expect(lines.stdout).toContain(`-p stage=planning -p dryRun=true -p repository=${served}`);
    const job = JSON.parse((await run({ args: ["--job"] })).stdout);
    expect(job.items.map(({ kind }: { kind: string }) => kind)).toEqual([
      "ServiceAccount",
      ...Array.from({ length: 3 }, () => ["Role", "RoleBinding"]).flat(),
      "NetworkPolicy",
      "Job",
    ]);
    expect(deployment.cluster.requests.slice(asked)).toEqual(
      Array.from({ length: 2 }, () => "GET /apis/apps/v1/namespaces/froussard/deployments/froussard-serve"),
    );
  });

  test("for people: a line each, what is ok left out on demand, a sentence at the end", async () => {
    objects().delete("ConfigMap argo-workflows/codex-runs");
    const all = await run();
    expect(all.stdout).toMatch(/^ok {6}kubernetes: v1\.34\.4$/m);
    const { stdout } = await run({ args: ["--problems"] });
    expect(stdout).toMatch(
      /^fault {3}config-map argo-workflows\/codex-runs: it is not there, .* \| to do: sync dist\/ again/m,
    );
    expect(stdout).not.toMatch(/^ok/m);
    expect(stdout).toMatch(
      /^not healthy: 1 fault, 0 warnings, \d+ checks passed, 0 not made; what each means: docs\/doctor\.md$/m,
    );
  });

  const objects = () => deployment.cluster.objects;
  const repository = () => deployment.github.repository(served);

  /** Sets a variable wherever the programs have to agree on it. */
  function everyProgram(name: string, value: string): void {
    for (const each of [serve, watch]) setVariable(objects(), each, container, name, value);
    const templates = templatesIn(objects());
    for (const [index, each] of templates.entries())
      if (each.name === "mediator" || each.name === "report")
        setVariable(objects(), template, `spec.templates.${index}.container`, name, value);
  }

  /** ACLs and memberships count a moment after they were changed. */
  async function until<T extends { report: DoctorReport }>(
    expected: readonly string[],
    look: () => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const found = await look();
      if (attempt === 4 || JSON.stringify(named(found.report, "fault", "warning")) === JSON.stringify(expected))
        return found;
    }
  }
});

function templatesIn(objects: ReadonlyMap<string, KubernetesObject>): readonly { name: string }[] {
  return fieldOf(objects, template, "spec.templates") as { name: string }[];
}

const groupAcl = {
  ...{ resourceType: ResourceTypes.GROUP, resourceName: consumerGroup, principal: `User:${users.consumer.username}` },
  ...{ resourcePatternType: ResourcePatternTypes.LITERAL, host: "*" },
  ...{ operation: AclOperations.READ, permissionType: AclPermissionTypes.ALLOW },
};

function literally(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}
