import { limits, parameters, reportOutputs, topicSettings } from "@froussard/contract";
import { describe, expect, test } from "vitest";
import { at, fieldsAt, listAt, textAt, under } from "../references/tree.ts";
import { deployment, object, settingsWith } from "../testing/deployment.ts";

const manifests = deployment();
const workflow = object(manifests, "WorkflowTemplate");
const spec = at(workflow, "spec");
const template = (name: string, of: unknown = spec) =>
  listAt(of, "templates").find((each) => textAt(each, "name") === name);
const secretsOf = (tree: unknown) => under(tree, "secretKeyRef").map((each) => textAt(each, "name"));

describe("parameters", () => {
  test("are the contract's, in order, and only what a run can not do without has no default", () => {
    const declared = listAt(spec, "arguments.parameters");
    expect(declared.map((each) => textAt(each, "name"))).toEqual(parameters);
    const required = declared.filter((each) => at(each, "value") === undefined);
    expect(required.map((each) => textAt(each, "name"))).toEqual(["stage", "repository"]);
    for (const each of declared) expect(textAt(each, "description")).toMatch(/./);
  });

  test("the stage is one of two", () => {
    expect(at(listAt(spec, "arguments.parameters")[0], "enum")).toEqual(["planning", "implementation"]);
  });

  test("are put into nothing but values of environment variables, arguments and the lock's name", () => {
    const stripped = structuredClone(workflow) as unknown as {
      spec: { synchronization?: unknown; templates: unknown[] };
    };
    delete stripped.spec.synchronization;
    for (const each of stripped.spec.templates) {
      const { container, steps } = each as {
        container?: { env?: unknown };
        steps?: { arguments?: unknown; when?: unknown }[][];
      };
      if (container) delete container.env;
      // What is counted is made of the report's own outputs, see there.
      delete (each as { metrics?: unknown }).metrics;
      for (const step of steps?.flat() ?? []) {
        delete step.arguments;
        // Words of ours too, see there.
        delete step.when;
      }
    }
    expect(JSON.stringify(stripped)).not.toContain("{{");
    expect(under(workflow, "script", "containerSet", "data", "http", "resource", "plugin")).toEqual([]);
  });
});

describe("a run", () => {
  test("begins mediator and agent again together: the retry is on the steps, not on a pod", () => {
    expect(template("attempt")).toMatchObject({
      retryStrategy: { limit: 2, retryPolicy: "Always" },
      steps: [[{ name: "mediator" }], [{ name: "agent" }]],
    });
    for (const name of ["run", "mediator", "agent"]) expect(at(template(name), "retryStrategy")).toBeUndefined();
  });

  test("is pulled with the Secrets that the settings name, and with none by default", () => {
    const pulled = deployment(settingsWith({ images: { pullSecrets: { workflows: ["registry", "mirror"] } } }));
    expect(at(object(pulled, "WorkflowTemplate"), "spec.imagePullSecrets")).toEqual([
      { name: "registry" },
      { name: "mirror" },
    ]);
    expect(under(object(pulled, "Deployment", "froussard-serve"), "imagePullSecrets")).toEqual([]);
    expect(at(spec, "imagePullSecrets")).toBeUndefined();
  });

  test("without retries there is no retry", () => {
    const none = deployment(settingsWith({ runs: { apiServerCidrs: ["10.0.0.1/32"], retries: 0 } }));
    expect(at(template("attempt", at(object(none, "WorkflowTemplate"), "spec")), "retryStrategy")).toBeUndefined();
  });

  test("is one per issue and so many at a time, by locks of the Workflow in the form that all versions know", () => {
    expect(at(spec, "synchronization")).toEqual({
      mutexes: [{ name: "codex-{{workflow.parameters.repository}}-{{workflow.parameters.issueNumber}}" }],
      semaphores: [{ configMapKeyRef: { name: "codex-runs", key: "concurrency" } }],
    });
    expect(under(listAt(spec, "templates"), "synchronization")).toEqual([]);
    expect(at(object(manifests, "ConfigMap"), "data")).toEqual({ concurrency: "7" });
  });

  test("outlives every message that could make it again, and its pods stay for six hours", () => {
    const seconds = at(spec, "ttlStrategy.secondsAfterCompletion") as number;
    expect(at(spec, "ttlStrategy")).toEqual({ secondsAfterCompletion: limits.workflowTtlDays * 86_400 });
    expect(seconds).toBeGreaterThan(topicSettings.retentionDays * 86_400);
    expect(seconds).toBeGreaterThan(259_200);
    expect(at(spec, "podGC")).toEqual({ strategy: "OnWorkflowCompletion", deleteDelayDuration: "6h" });
  });

  test("has limits that hold each other: Codex in the agent, the agent in its mediator, all attempts in the run", () => {
    const seconds = (name: string) => at(template(name), "activeDeadlineSeconds") as number;
    const variables = listAt(template("mediator"), "container.env");
    const codex = variables.find((each) => textAt(each, "name") === "CODEX_DEADLINE_MINUTES");
    const publish = 10 * 60;
    expect(seconds("agent")).toBeGreaterThanOrEqual(Number(textAt(codex, "value")) * 60 + publish);
    expect(seconds("mediator")).toBeGreaterThan(seconds("agent"));
    expect(at(spec, "activeDeadlineSeconds")).toBeGreaterThan(3 * seconds("mediator"));
    // What `report` waits for a mediator that is still publishing.
    expect(seconds("report")).toBeGreaterThan(75 * 2);
  });

  test("archives no logs and no artifacts: that would need a store", () => {
    expect(at(spec, "archiveLogs")).toBe(false);
    expect(under(workflow, "artifacts", "artifactRepositoryRef")).toEqual([]);
  });

  test("mounts no token but the executor's", () => {
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      serviceAccountName: "codex-run",
      executor: { serviceAccountName: "codex-executor" },
    });
    expect(under(listAt(spec, "templates"), "serviceAccountName", "automountServiceAccountToken")).toEqual([]);
  });
});

describe("the agent", () => {
  const agent = template("agent");

  test("holds no key, no outputs, no archived logs, and no volume but folders with a size", () => {
    expect(secretsOf(agent)).toEqual([]);
    expect(fieldsAt(agent, "outputs")).toEqual({});
    expect(at(agent, "archiveLocation")).toEqual({ archiveLogs: false });
    for (const volume of listAt(agent, "volumes"))
      expect(volume).toEqual({ name: expect.any(String), emptyDir: { sizeLimit: expect.any(String) } });
  });

  test("is told nothing of the task: it asks its mediator", () => {
    expect(listAt(agent, "container.env").map((each) => textAt(each, "name"))).toEqual([
      "HOME",
      "TMPDIR",
      "CODEX_HOME",
      "MEDIATOR_URL",
      "RUN_BEARER",
      "AGENT_NETWORK",
    ]);
  });

  test("reaches its mediator and the API server, no name server, and nobody reaches it", () => {
    expect(at(object(manifests, "NetworkPolicy", "agent"), "spec")).toMatchObject({
      ingress: [],
      egress: [
        {
          to: [{ podSelector: { matchLabels: { "app.kubernetes.io/component": "mediator" } } }],
          ports: [{ port: 8080 }],
        },
        { to: [{ ipBlock: { cidr: "10.96.0.1/32" } }], ports: [{ port: 443 }, { port: 6443 }] },
      ],
    });
    expect(listAt(object(manifests, "NetworkPolicy", "agent"), "spec.egress")).toHaveLength(2);
  });
});

describe("the mediator", () => {
  const mediator = template("mediator");

  test("is a daemon that is ready when it listens, with both keys", () => {
    expect(mediator).toMatchObject({ daemon: true, container: { readinessProbe: { tcpSocket: { port: 8080 } } } });
    expect(secretsOf(mediator)).toEqual(["github-token", "codex-openai"]);
  });

  test("has longer than its publish to end in", () => {
    const patch = JSON.parse(textAt(mediator, "podSpecPatch") ?? "") as { terminationGracePeriodSeconds: number };
    expect(patch.terminationGracePeriodSeconds).toBeGreaterThan(60);
  });

  test("is reached by agents alone, and reaches names, HTTPS and the API server", () => {
    const policy = at(object(manifests, "NetworkPolicy", "mediator"), "spec");
    expect(listAt(policy, "ingress")).toMatchObject([
      { from: [{ podSelector: { matchLabels: { "app.kubernetes.io/component": "agent" } } }], ports: [{ port: 8080 }] },
    ]);
    const ports = under(listAt(policy, "egress"), "port");
    expect(new Set(ports)).toEqual(new Set([443, 6443, 53]));
  });

  test("reaches other ports too where the settings name them", () => {
    const enterprise = { github: { apiUrl: "https://github.example.com:8443/api/v3" } };
    const policy = object(deployment(settingsWith(enterprise)), "NetworkPolicy", "mediator");
    expect(under(listAt(policy, "spec.egress"), "port")).toContain(8443);
  });
});

test("hosts that agents may reach are told to the mediator, which alone may reach them", () => {
  const egressHosts = ["packages.example.org", "*.example.com:8444"];
  const all = deployment(settingsWith({ runs: { apiServerCidrs: ["10.0.0.1/32"], egressHosts } }));
  const variables = listAt(template("mediator", at(object(all, "WorkflowTemplate"), "spec")), "container.env");
  expect(variables).toContainEqual({ name: "CODEX_EGRESS_HOSTS", value: "packages.example.org,*.example.com:8444" });
  const ports = (name: string) => under(listAt(object(all, "NetworkPolicy", name), "spec.egress"), "port");
  expect(ports("mediator")).toContain(8444);
  const within = listAt(object(all, "NetworkPolicy", "mediator"), "spec.egress").filter(
    (rule) => under(rule, "port").includes(8444) && under(rule, "namespaceSelector").length > 0,
  );
  expect(within, "pods of the cluster at that port").toEqual([]);
  expect(ports("agent")).not.toContain(8444);
  expect(JSON.stringify(workflow)).not.toContain("CODEX_EGRESS_HOSTS");
});

describe("the report", () => {
  const report = template("report");

  test("comes at every end, with the token for GitHub alone and no text that people wrote", () => {
    expect(at(spec, "onExit")).toBe("end");
    expect(at(listAt(template("end"), "steps")[0], "0")).toEqual({ name: "report", template: "report" });
    expect(secretsOf(report)).toEqual(["github-token"]);
    const variables = listAt(report, "container.env").map((each) => textAt(each, "name"));
    expect(variables.filter((name) => /PROMPT|TITLE|BODY|URL/.test(name ?? ""))).toEqual([]);
  });

  test("hands over what came of the run, empty where there is nothing", () => {
    expect(listAt(report, "outputs.parameters")).toEqual(
      reportOutputs.map((name) => ({
        name,
        valueFrom: { path: `/outputs/${name}`, default: "" },
      })),
    );
  });

  test("is counted by words of ours and numbers alone, and its cost only where there are prices", () => {
    const metricsOf = (of: unknown) => listAt(of, "metrics.prometheus");
    const values = metricsOf(report).flatMap((metric) => [
      ...listAt(metric, "labels").map((each) => textAt(each, "value")),
      textAt(metric, "counter.value") ?? textAt(metric, "histogram.value"),
    ]);
    const ours = reportOutputs.slice(reportOutputs.indexOf("stage")).map((name) => `{{outputs.parameters.${name}}}`);
    const plain = ["input", "cached", "output", "1", "{{workflow.duration}}"];
    expect(values.filter((value) => ![...ours, ...plain].includes(value ?? ""))).toEqual([]);
    const names = (of: unknown) => metricsOf(of).map((each) => textAt(each, "name"));
    expect(names(report)).not.toContain("codex_run_cost_total");
    const priced = settingsWith({ codex: { prices: "input=1,output=2,currency=EUR" } });
    const { spec: pricedSpec } = object(deployment(priced), "WorkflowTemplate") as unknown as { spec: unknown };
    const cost = metricsOf(template("report", pricedSpec)).find(
      (each) => textAt(each, "name") === "codex_run_cost_total",
    );
    expect(at(cost, "labels")).toContainEqual({ key: "currency", value: "EUR" });
  });

  test("is followed by a step that fails where the attempt ended well and yet the run is not done, told in words of ours alone", () => {
    const [, [failed] = []] = listAt(template("end"), "steps") as unknown[][];
    expect(failed).toEqual({
      ...{ name: "failed", template: "failed" },
      when: "'{{workflow.status}}' == 'Succeeded' && '{{steps.report.outputs.parameters.outcome}}' != 'done'",
      arguments: {
        parameters: [
          { name: "outcome", value: "{{steps.report.outputs.parameters.outcome}}" },
          { name: "code", value: "{{steps.report.outputs.parameters.code}}" },
        ],
      },
    });
    expect(at(template("failed"), "retryStrategy")).toBeUndefined();
    expect(secretsOf(template("failed"))).toEqual([]);
  });

  test("is called again when GitHub could not be reached, and not for wrong settings", () => {
    expect(at(report, "retryStrategy")).toMatchObject({ limit: 3, expression: "asInt(lastRetry.exitCode) != 2" });
  });
});
