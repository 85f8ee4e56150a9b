import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, readlinkSync, renameSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { apiPort, clusterNetwork } from "../cluster/network.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { type Listener, listenIn, nodeNetwork, reachedFrom } from "../network-policy/in-network.ts";
import { type Outside, openOutside } from "../network-policy/outside.ts";
import { type RunningPod, runningPods } from "../network-policy/running-pods.ts";
import { nameOfTarget, type Target } from "../network-policy/target.ts";
import { firstRepository, people } from "../simulated/world.ts";
import { attackCommand, forgeEnd } from "./agent-pod/attack-command.ts";
import { type AttackReport, attackReportSchema } from "./agent-pod/attack-report.ts";
import { findTexts } from "./agent-pod/find-texts.ts";
import { hasEnded, podNodes, type Run, runsOf } from "./agent-pod/runs.ts";
import { kernelFacts } from "./pod-security/kernel-facts.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const { cluster, simulated, namespaces, kafka } = deployment;
const { apiService, dnsAddress, nodeAddress } = clusterNetwork(cluster.state.nodeAddress);
const repository = `${firstRepository.owner}/${firstRepository.name}`;
const reportFile = "/tmp/attack-report.json";
const goAhead = "/tmp/go-ahead";
const patience = { timeout: 240_000, interval: 500 };

let outside: Outside;
let beyond: Listener;
const directed: string[] = [];
/** Its run is tried several times, minutes apart; meanwhile the others have theirs. */
let forged: Awaited<ReturnType<typeof issueWith>>;

beforeAll(async () => {
  forged = await issueWith(forgeEnd);
  outside = openOutside();
  beyond = await listenIn(outside.network, beyondTargets());
});
afterAll(async () => {
  for (const match of directed.splice(0)) await simulated.undirect({ match });
  await beyond?.close();
  outside?.close();
});

const target = (who: string, host: string, port: number): Target => ({ who, host, port, protocol: "tcp" });
const beyondTargets = () => [target("web", outside.web, 443), target("metadata", outside.metadata, 80)];

/** Every door there is, whoever it is for, but those of mediators: policies cannot tell runs apart, their bearers do. */
async function doors(): Promise<Target[]> {
  const pods = (
    await Promise.all(Object.values(namespaces).map((namespace) => runningPods(cluster, namespace)))
  ).flat();
  const ofPods = pods
    .filter(({ labels }) => labels["app.kubernetes.io/component"] !== "mediator")
    .flatMap(({ name, address, ports }) => ports.map((port) => target(name, address, port)));
  const always = [
    ...beyondTargets(),
    target(
      "dead letters",
      pods.find(({ labels }) => labels["app.kubernetes.io/component"] === "serve")?.address ?? "",
      8081,
    ),
    target("webhooks", new URL(deployment.webhookUrl).hostname, 80),
    target("Kafka", kafka.serviceAddress, 9092),
    target("GitHub", nodeAddress, Number(new URL(deployment.githubUrl).port)),
    target("model", nodeAddress, Number(new URL(deployment.openaiUrl).port)),
    target("kubelet", nodeAddress, 10_250),
    target("names", dnsAddress, 53),
  ];
  const all = [...ofPods, ...always];
  return await vi.waitFor(async () => {
    // What nobody listens on proves nothing. A busy service may be away for a moment.
    const answering = await reachedFrom(nodeNetwork, all);
    const silent = always.filter((each) => !answering.includes(nameOfTarget(each)));
    if (silent.length > 0) throw new Error(`nobody answers at ${silent.map(nameOfTarget).join(", ")}`);
    return all.filter((each) => answering.includes(nameOfTarget(each)));
  }, patience);
}

/** Opens an issue whose runs begin with these commands of the model's. */
async function issueWith(...commands: readonly string[]) {
  const match = `attack-${randomBytes(6).toString("hex")}`;
  directed.push(match);
  await simulated.direct({ match, commands: [...commands] });
  const body = `Please add a function \`double\` that returns \`value * 2\`. (${match})`;
  return await simulated.openIssue({ repository, login: people.maintainer, title: "Add a function double", body });
}

async function podOf(run: Run, component: string): Promise<RunningPod> {
  return await vi.waitFor(async () => {
    const pods = await runningPods(cluster, namespaces.workflows);
    const found = pods.find(
      ({ labels, containers }) =>
        labels["workflows.argoproj.io/workflow"] === run.metadata.name &&
        labels["app.kubernetes.io/component"] === component &&
        containers.some(({ name }) => name === "main"),
    );
    if (!found) throw new Error(`${run.metadata.name} has no running ${component}`);
    return found;
  }, patience);
}

async function runOf(issueNumber: number, ready: (run: Run) => boolean = () => true, limit = patience): Promise<Run> {
  return await vi.waitFor(async () => {
    const [run] = await runsOf(cluster, namespaces.workflows, issueNumber);
    if (!run || !ready(run)) throw new Error(`issue ${issueNumber}: its run is ${run?.status?.phase ?? "not there"}`);
    return run;
  }, limit);
}

const processOf = (pod: RunningPod, container: string) =>
  pod.containers.find(({ name }) => name === container)?.process ?? 0;
const outputsOf = (run: Run, template: string) => podNodes(run, template).map(({ outputs }) => outputs);

describe("a hostile program in the agent's pod", () => {
  let issue: Awaited<ReturnType<typeof issueWith>>;
  let run: Run;
  let mediator: RunningPod;
  let agent: RunningPod;
  let targets: Target[];
  let report: AttackReport;
  let secrets: Record<string, string>;

  beforeAll(async () => {
    const token = ["get", "secret", "codex-executor.service-account-token", "--namespace", namespaces.workflows];
    const encoded = await cluster.kubectl([...token, "--output=jsonpath={.data.token}"]);
    secrets = {
      "GitHub's token": deployment.githubToken,
      "the model's key": deployment.openaiKey,
      "the webhook's secret": deployment.webhookSecret,
      "Kafka's password of the service": deployment.kafkaPasswords.service,
      "Kafka's password of the consumer": deployment.kafkaPasswords.consumer,
      "the executor's token": Buffer.from(encoded, "base64").toString("utf8"),
    };
    // What is to be tried is only known once the run's mediator is there: the model waits for it.
    // For less than the time after which silence ends a run: where this fails nobody would tell it.
    const wait = (file: string) => `for i in $(seq 1300); do [ -e ${file} ] && break; sleep 0.2; done`;
    const orders = "/tmp/orders.sh";
    issue = await issueWith(`${wait(orders)}; sh ${orders}`, wait(goAhead));
    run = await runOf(issue.number);
    mediator = await podOf(run, "mediator");
    agent = await podOf(run, "agent");
    targets = [
      target("mediator", mediator.address, 8080),
      target("API server", nodeAddress, apiPort),
      target("kubernetes", apiService, 443),
      ...(await doors()),
    ];
    const root = `/proc/${processOf(agent, "main")}/root`;
    const command = attackCommand({
      targets,
      names: [
        "github.com",
        "kubernetes.default.svc.cluster.local",
        `froussard.${namespaces.service}.svc.cluster.local`,
      ],
      apiServer: `https://${apiService}`,
      otherBearer: (await runOf(forged.number)).metadata.uid,
      report: reportFile,
    });
    writeFileSync(`${root}${orders}.new`, command);
    renameSync(`${root}${orders}.new`, `${root}${orders}`);
    report = await vi.waitFor(
      () => attackReportSchema.parse(JSON.parse(readFileSync(`${root}${reportFile}`, "utf8"))),
      patience,
    );
  }, 600_000);

  /** Lets the model go on with its work. */
  const goOn = () => writeFileSync(`/proc/${processOf(agent, "main")}/root${goAhead}`, "");
  // Also where a test in between has failed: nobody would end the run otherwise.
  afterAll(() => {
    if (agent && existsSync(`/proc/${processOf(agent, "main")}/root/tmp`)) goOn();
  });

  test("finds no credential: not in an environment, not in a file, not where Kubernetes puts them", () => {
    const environment = report.processes.flatMap((each) => each.environment);
    expect(report.processes.map(({ command }) => command).join("\n")).toContain("codex");
    const names = environment.map((entry) => entry.split("=", 1)[0] ?? "");
    // The run's own bearer is the agent's to have: it opens this run's mediator alone.
    expect(
      names.filter((name) => name !== "RUN_BEARER" && /TOKEN|KEY|SECRET|PASSW|CREDENTIAL|BEARER/.test(name)),
    ).toEqual([]);
    expect(environment.filter((entry) => /eyJ[\w-]+\.|gh[opsu]_|github_pat_|sk-/.test(entry))).toEqual([]);
    expect(report.credentials).toEqual([]);
  });

  test("has no credential to find: its container holds none, where the mediator's holds both", () => {
    const folders = ["tmp", "workspace", "home", "codex", "etc", "root", "run", "var"];
    expect(findTexts(processOf(agent, "main"), folders, secrets)).toEqual([]);
    // Looked for in the same way, what the program has planted is found.
    const planted = { planted: "> /var/run/argo/stolen" };
    expect(findTexts(processOf(agent, "main"), folders, planted).join()).toMatch(/run\/argo\/argoexec$/);
    const held = findTexts(processOf(mediator, "main"), [], secrets).map((found) => found.split(":")[0]);
    expect(new Set(held)).toEqual(new Set(["GitHub's token", "the model's key"]));
    // The executor's own container has what it needs, and shares only the folder that is looked into above.
    expect(findTexts(processOf(agent, "wait"), ["run", "var"], secrets).join()).toContain("the executor's token");
  });

  test("sees the processes of its own container alone", () => {
    for (const { command } of report.processes) expect(command).not.toMatch(/argoexec wait|\/pause/);
    expect(report.processes.length).toBeGreaterThan(3);
  });

  test("reaches its mediator and the API server, and nothing else of what is there", () => {
    expect(report.reached.toSorted()).toEqual(["API server", "kubernetes", "mediator"]);
    // Each of the others answers the node.
    expect(targets.map(({ who }) => who)).toEqual(
      expect.arrayContaining([
        "web",
        "metadata",
        "dead letters",
        "webhooks",
        "Kafka",
        "GitHub",
        "model",
        "kubelet",
        "names",
      ]),
    );
    expect(report.resolved).toEqual([]);
  });

  test("is told nothing of use by the API server, which does not know it", () => {
    const { version, health, ...others } = report.apiServer;
    expect([version, health]).toEqual([200, 200]);
    expect(Object.keys(others).length).toBeGreaterThan(8);
    for (const [what, status] of Object.entries(others)) expect([401, 403], what).toContain(status);
  });

  test("gets nothing from the mediator without the run's bearer, and with it its own task alone", () => {
    const { "its own task": task, ...others } = report.mediator;
    expect(task).toBe(200);
    for (const [what, status] of Object.entries(others))
      expect(status, what).toBe(/nobody|guessed|cut|another/.test(what) ? 401 : 404);
  });

  test("can not become more than it is", () => {
    expect(Object.keys(report.rights).length).toBeGreaterThan(4);
    for (const [what, came] of Object.entries(report.rights))
      expect(came, what).toMatch(/not permitted|must be superuser|read-only/i);
  });

  test("is held by the kernel, as are all containers of a run", () => {
    for (const { name, process: pid } of [...agent.containers, ...mediator.containers]) {
      const { users, groups, ...held } = kernelFacts(pid);
      expect(held, name).toEqual({ capabilities: 0n, noNewPrivileges: true, filtersCalls: true, readOnlyRoot: true });
      expect([...users, ...groups], name).not.toContain(0);
    }
  });

  test("puts a program in the executor's place, and nobody runs it", async () => {
    expect(report.argo["another program in the executor's place"]).toMatch(/^done/);
    expect(readlinkSync(`/proc/${processOf(agent, "wait")}/exe`)).toMatch(/^\/bin\/argoexec/);
    for (const stolen of ["executed", "stolen"])
      expect(existsSync(`/proc/${processOf(agent, "wait")}/root/var/run/argo/${stolen}`)).toBe(false);
  });

  test("in the end the run has done its work, and nothing that was planted has become a result", async () => {
    goOn();
    const ended = await runOf(issue.number, hasEnded, { timeout: 420_000, interval: 1_000 });
    expect(ended.status?.phase).toBe("Succeeded");
    for (const outputs of outputsOf(ended, "agent")) {
      expect(outputs?.parameters ?? []).toEqual([]);
      expect(outputs?.artifacts ?? []).toEqual([]);
    }
    const { comments } = await simulated.issue({ repository, number: issue.number });
    const plans = comments.filter(({ body }) => body.startsWith("<!-- codex:plan -->"));
    expect(plans).toMatchObject([{ author: people.automation }]);
    const [reported] = outputsOf(ended, "report");
    const url = reported?.parameters.find(({ name }) => name === "planCommentUrl")?.value;
    expect(url).toMatch(new RegExp(`#issuecomment-${plans[0]?.id}$`));

    const kept = await Promise.all(
      ["workflows", "workflowtaskresults", "events", "pods", "configmaps"].map((kind) =>
        cluster.kubectl(["get", kind, "--namespace", namespaces.workflows, "--output=json"]),
      ),
    );
    const said = [...kept, ...comments.map(({ body }) => body)].join("\n");
    expect(Object.entries(secrets).filter(([, secret]) => said.includes(secret))).toEqual([]);
  }, 600_000);
});

test("an end that is forged convinces nobody: the report looks at GitHub, and tells that there is no plan", async () => {
  const ended = await runOf(forged.number, hasEnded, { timeout: 540_000, interval: 1_000 });
  expect(outputsOf(ended, "agent").length).toBeGreaterThan(0);
  const { comments, labels } = await simulated.issue({ repository, number: forged.number });
  expect(comments.filter(({ body }) => body.startsWith("<!-- codex:plan -->"))).toEqual([]);
  expect(comments.filter(({ body }) => body.startsWith("<!-- codex:result -->"))).toHaveLength(1);
  expect(labels).toContain("codex:failed");
}, 600_000);
