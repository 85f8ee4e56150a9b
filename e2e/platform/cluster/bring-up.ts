import { mkdirSync, rmSync } from "node:fs";
import { freePorts } from "froussard/testing/broker/free-ports";
import type { Programs } from "../programs/programs.ts";
import { type Cluster, openCluster } from "./cluster.ts";
import { clusterLayout } from "./layout.ts";
import { forwardPackets, kernelSettings } from "./machine/kernel-settings.ts";
import { makeNodeInterface } from "./machine/node-interface.ts";
import { type ClusterNetwork, nodeName } from "./network.ts";
import { processSpecs } from "./node/process-specs.ts";
import { writeNodeFiles } from "./node/write-node-files.ts";
import { makePki } from "./pki.ts";
import { thisProcess } from "./process.ts";
import { writeState } from "./state.ts";

export interface BringUpOptions {
  folder: string;
  network: ClusterNetwork;
  programs: Programs;
  /** Where programs of the machine's are looked for. */
  path: string;
  report(line: string): void;
  /** What needs containerd alone, done while the rest starts. */
  onContainerd(cluster: Cluster): Promise<void>;
  signal: AbortSignal;
}

/** What others need before they can start, and what needs the node; each stage's processes start at the same time. */
const stages = { first: ["etcd", "containerd"], second: "kube-apiserver", last: "network-policies" };

/** Resolves when all have; waits for all of them also when one fails, so that none goes on behind the back of who cleans up. */
async function allOf(promises: readonly Promise<void>[]): Promise<void> {
  const ends = await Promise.allSettled(promises);
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
}

/**
 * Starts a cluster of one node: its own processes, and what is written below `folder`. Where it fails it leaves everything as it
 * is, for `takeDown`.
 * @throws Error that names the process that did not start, with its log's last lines
 */
export async function bringUp({
  folder,
  network,
  programs,
  path,
  report,
  onContainerd,
  signal,
}: BringUpOptions): Promise<Cluster> {
  const layout = clusterLayout(folder);
  rmSync(layout.logs, { recursive: true, force: true });
  for (const made of [layout.logs, layout.node, layout.volumes]) mkdirSync(made, { recursive: true, mode: 0o711 });
  writeState(layout.state, {
    phase: "starting",
    owner: thisProcess(),
    nodeName,
    nodeAddress: network.nodeAddress,
    dnsAddress: network.dnsAddress,
    clusterCidr: network.clusterCidr,
    kubeconfig: layout.kubeconfig("admin"),
    containerdSocket: layout.containerd.socket,
    logs: layout.logs,
    programs: { ...programs },
    environment: { PATH: path, HOME: layout.node },
    processes: [],
    kernelSettings: kernelSettings(),
  });
  await makePki(layout.pki, network);
  writeNodeFiles(layout, network);
  await makeNodeInterface(network);
  forwardPackets();
  const [client = 0, peer = 0] = await freePorts(2);
  const cluster = openCluster(folder);
  const specs = processSpecs({ layout, network, programs, etcdPorts: { client, peer } });
  const start = async (inStage: (name: string) => boolean) => {
    signal.throwIfAborted();
    const launches = specs
      .filter(({ name }) => inStage(name))
      .map(async (spec) => {
        await cluster.start(spec, signal);
        report(`${spec.name} is ready`);
      });
    await allOf(launches);
  };
  await start((name) => stages.first.includes(name));
  const rest = async () => {
    await start((name) => name === stages.second);
    await cluster.kubectl(["apply", "--server-side", "--filename=-"], rights());
    await start((name) => ![...stages.first, stages.second, stages.last].includes(name));
    const ready = ["wait", "--for=condition=Ready", `node/${nodeName}`, "--timeout=60s"];
    await cluster.kubectl(["wait", "--for=create", `node/${nodeName}`, "--timeout=60s"], { timeoutMs: 65_000 });
    await cluster.kubectl(ready, { timeoutMs: 65_000 });
    report(`${nodeName} is ready`);
    await start((name) => name === stages.last);
  };
  await allOf([rest(), onContainerd(cluster)]);
  return cluster;
}

/** What CoreDNS may look at; the rights of Kubernetes' own processes are there already. */
function rights(): { input: string } {
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const metadata = { name: "coredns" };
  const read = ["list", "watch"];
  const items = [
    {
      apiVersion,
      kind: "ClusterRole",
      metadata,
      rules: [
        { apiGroups: [""], resources: ["services", "pods", "namespaces"], verbs: read },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: read },
      ],
    },
    {
      apiVersion,
      kind: "ClusterRoleBinding",
      metadata,
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "coredns" },
      subjects: [{ kind: "User", name: "coredns", apiGroup: "rbac.authorization.k8s.io" }],
    },
  ];
  return { input: JSON.stringify({ apiVersion: "v1", kind: "List", items }) };
}
