import { namespaces } from "@froussard/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { readCluster } from "../cluster/cluster.ts";
import { platformFolder } from "../cluster/layout.ts";
import { apiPort, clusterNetwork } from "../cluster/network.ts";
import { components, type KnownTarget, mayReach, type Role, type SetPorts } from "../network-policy/expected-flows.ts";
import { type Listener, listenIn, type Network, nodeNetwork, reachedFrom } from "../network-policy/in-network.ts";
import { type Outside, openOutside } from "../network-policy/outside.ts";
import { type RunningPod, runningPods } from "../network-policy/running-pods.ts";
import { setPorts } from "../network-policy/set-ports.ts";
import { type StandIn, type StandIns, startStandIns } from "../network-policy/stand-ins.ts";
import { nameOfTarget } from "../network-policy/target.ts";
import { busyboxImage } from "../platform-images/platform-images.ts";

const { service, workflows, kafka } = namespaces;
const strangers = "strangers";
const cluster = readCluster(platformFolder(cacheFolder(process.env)));
const { apiService, dnsAddress, nodeAddress } = clusterNetwork(cluster.state.nodeAddress);

const componentLabel = "app.kubernetes.io/component";
const ofOurs = (component: string) => ({ [componentLabel]: component, "app.kubernetes.io/part-of": "froussard" });
const homeOf = (component: string) => (["serve", "watch"].includes(component) ? service : workflows);

/** For each kind of pod one that stands for it, two where there are several at a time, and those that are none of ours. */
const cast: readonly (StandIn & { role: Role })[] = [
  ...components.map((role) => ({ role, name: `a-${role}`, namespace: homeOf(role), labels: ofOurs(role) })),
  ...(["agent", "mediator", "event-bus"] as const).map((role) => ({
    ...{ role, name: `another-${role}`, namespace: workflows, labels: ofOurs(role) },
  })),
  { role: "uninvited", name: "uninvited", namespace: service, labels: {} },
  { role: "stranger", name: "stranger", namespace: strangers, labels: { app: "stranger" } },
  // Labels alone make nobody a friend: the namespace counts too.
  { role: "stranger", name: "false-agent", namespace: strangers, labels: ofOurs("agent") },
  { role: "stranger", name: "false-sensor", namespace: strangers, labels: ofOurs("sensor") },
  { role: "stranger", name: "false-broker", namespace: strangers, labels: { "strimzi.io/cluster": "kafka" } },
  { role: "brokers", name: "a-broker", namespace: kafka, labels: { "strimzi.io/cluster": "kafka" } },
  { role: "stranger", name: "not-a-broker", namespace: kafka, labels: {} },
  { role: "name-server", name: "a-name-server", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
];
const roleOf = (name: string): Role => cast.find((each) => each.name === name)?.role ?? "stranger";

let ports: SetPorts;
let standIns: StandIns;
let outside: Outside;
let node: Listener;
let beyond: Listener;
let real: RunningPod[];
let targets: KnownTarget[];

const target = (role: Role, who: string, host: string, port: number, rest: Partial<KnownTarget> = {}): KnownTarget => ({
  ...{ role, who, host, port, protocol: "tcp" },
  ...rest,
});

beforeAll(async () => {
  ports = await setPorts(cluster, { service, workflows });
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: strangers } };
  await cluster.kubectl(["apply", "--filename", "-"], { input: JSON.stringify(namespace) });
  const tried = new Set([53, 80, 443, 4222, 6222, 6443, 7777, 8080, 8081, 9090, ...Object.values(ports)]);
  standIns = await startStandIns(cluster, busyboxImage, cast, [...tried]);
  outside = openOutside();
  const far = [
    ...[22, 53, 80, 443, 8080].map((port) => target("outside", "web", outside.web, port)),
    target("outside", "web", outside.web, 53, { protocol: "udp" }),
    ...[80, 443].map((port) => target("outside", "metadata", outside.metadata, port)),
  ];
  beyond = await listenIn(outside.network, far);
  const near = [target("node", "node", nodeAddress, 9999)];
  node = await listenIn(nodeNetwork, near);
  real = (await Promise.all([service, workflows].map((namespace) => runningPods(cluster, namespace)))).flat();
  // Pods of a run that may be under way come and go, and have their stand-ins.
  real = real.filter(
    ({ name, labels }) => !cast.some((each) => each.name === name) && !("workflows.argoproj.io/workflow" in labels),
  );
  targets = [
    ...standIns.targets.map((each) => ({ ...each, role: roleOf(each.who) })),
    ...far,
    ...near,
    target("node", "kubelet", nodeAddress, 10_250),
    target("node", "GitHub", nodeAddress, ports.github),
    target("node", "model", nodeAddress, ports.model),
    target("api-server", "API server", nodeAddress, apiPort),
    target("api-server", "kubernetes", apiService, 443, { endPort: apiPort }),
    ...(["tcp", "udp"] as const).map((protocol) => target("name-server", "names", dnsAddress, 53, { protocol })),
    ...(await services()),
    ...(await realPorts()),
  ];
});

afterAll(async () => {
  await Promise.allSettled([node?.close(), beyond?.close()]);
  outside?.close();
  await standIns?.close();
  await cluster.kubectl(["delete", "namespace", strangers, "--wait=true"], { timeoutMs: 120_000 });
});

/**
 * Ports that the real pods name and where somebody listens: an event bus of one server has no other to talk to, and a program
 * that does nothing stands for the one that shows its metrics.
 */
async function realPorts(): Promise<KnownTarget[]> {
  const named = real.flatMap(({ name, labels, address, ports: numbers }) =>
    numbers.map((port) => target(labels[componentLabel] as Role, name, address, port)),
  );
  const answering = await reachedFrom(nodeNetwork, named);
  return named.filter((each) => answering.includes(nameOfTarget(each)));
}

/** Real Services, at their own addresses. */
async function services(): Promise<KnownTarget[]> {
  const addressOf = (name: string, namespace: string) =>
    cluster.kubectl(["get", "service", name, "--namespace", namespace, "--output=jsonpath={.spec.clusterIP}"]);
  const [webhooks, deadLetters] = await Promise.all(
    ["froussard", "froussard-dead-letters"].map((name) => addressOf(name, service)),
  );
  return [
    target("serve", "Service froussard", webhooks ?? "", 80, { endPort: 8080 }),
    target("serve", "Service froussard-dead-letters", deadLetters ?? "", 8081),
  ];
}

/** Which targets somebody reaches, and which ones the table lets it reach; in the order of their names. */
async function compare(from: Role, network: Network, self: string) {
  const others = targets.filter(({ who }) => who !== self);
  const namesOf = (list: readonly KnownTarget[]) => list.map(nameOfTarget).sort();
  const reached = (await reachedFrom(network, others)).sort();
  return { reached, expected: namesOf(others.filter((each) => mayReach(from, each, ports))) };
}

/** The engine hears of a new pod a moment after it has started, so a difference is looked at again. */
async function expectAsExpected(from: Role, network: Network, self: string) {
  const settled = () => compare(from, network, self);
  await expect.poll(async () => differences(await settled()), { timeout: 30_000, interval: 500 }).toEqual([]);
}

function differences({ reached, expected }: Awaited<ReturnType<typeof compare>>): string[] {
  return [
    ...reached.filter((name) => !expected.includes(name)).map((name) => `reaches ${name}`),
    ...expected.filter((name) => !reached.includes(name)).map((name) => `does not reach ${name}`),
  ];
}

test("the control: everybody is there, and answers the node", async () => {
  const doors = targets.map(({ role, port }) => `${role}:${port}`);
  expect(doors).toEqual(expect.arrayContaining(["serve:8080", "serve:8081", "event-bus:4222", "mediator:8080"]));
  await expectAsExpected("node", nodeNetwork, "");
  expect((await compare("node", nodeNetwork, "")).expected).toHaveLength(targets.length);
});

// They wait for packets that are refused: side by side.
test.concurrent.each(cast)(
  "$name in $namespace reaches what it is to reach, and nothing else",
  async ({ name, role }) => {
    const pod = standIns.pods.find((each) => each.name === name);
    await expectAsExpected(role, pod?.network ?? "", name);
  },
);

describe("the table itself", () => {
  const allowed = (from: Role) => targets.filter((each) => mayReach(from, each, ports)).map(nameOfTarget);

  test("an agent reaches mediators and the API server alone", () => {
    expect(allowed("agent")).toEqual([
      "a-mediator:8080",
      "another-mediator:8080",
      `API server:${apiPort}`,
      "kubernetes:443",
    ]);
  });

  test("only a stranger's way out makes a refusal of the others mean anything", () => {
    expect(allowed("stranger")).toEqual(
      expect.arrayContaining(["web:443", "metadata:80", "node:9999", "kubelet:10250", "a-broker:9090", "names:53/udp"]),
    );
  });
});

test("the real pods reach what they are to reach, and nothing else; there is none that the table does not know", async () => {
  expect(real.map(({ labels }) => labels[componentLabel])).toEqual(
    expect.arrayContaining(["serve", "watch", "event-bus", "event-source", "sensor"]),
  );
  await Promise.all(
    real.map(async ({ name, labels, network }) => {
      const role = components.find((component) => component === labels[componentLabel]);
      if (role === undefined) throw new Error(`${name} is no component that the table knows`);
      await expectAsExpected(role, network, name);
    }),
  );
});

test("it is the policy that holds an agent: without its labels the same pod reaches what a stranger does", async () => {
  const pod = standIns.pods.find(({ name }) => name === "another-agent");
  const label = (value: string) =>
    cluster.kubectl(["label", "pod", "another-agent", "--namespace", workflows, `${componentLabel}${value}`]);
  await label("-");
  try {
    await expectAsExpected("stranger", pod?.network ?? "", "another-agent");
  } finally {
    await label("=agent");
  }
  await expectAsExpected("agent", pod?.network ?? "", "another-agent");
});
