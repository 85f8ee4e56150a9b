import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readCluster } from "./cluster.ts";
import { clusterLayout } from "./layout.ts";
import { type ClusterState, readState, removeState, UnreadableState, writeState } from "./state.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cluster-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const state = (phase: ClusterState["phase"]): ClusterState => ({
  phase,
  owner: { pid: 1, startTicks: "7" },
  nodeName: "node1",
  nodeAddress: "10.254.0.1",
  dnsAddress: "169.254.20.10",
  clusterCidr: "10.244.0.0/16",
  kubeconfig: "/cluster/admin.json",
  containerdSocket: "/cluster/containerd.sock",
  logs: "/cluster/logs",
  programs: { kubectl: "/tools/kubectl" },
  environment: { PATH: "/usr/bin" },
  processes: [],
  kernelSettings: { "net/ipv4/ip_forward": "0" },
});

test("what was written is read again, by its owner alone", () => {
  const { state: path } = clusterLayout(folder);
  writeState(path, state("up"));
  expect(readState(path)).toEqual(state("up"));
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readCluster(folder).state.nodeAddress).toBe("10.254.0.1");
  removeState(path);
  expect(readState(path)).toBeUndefined();
});

test.each(["starting", "stopping"] as const)("a cluster that is %s is none to work with", (phase) => {
  writeState(clusterLayout(folder).state, state(phase));
  expect(() => readCluster(folder)).toThrow("no cluster is up: npm run e2e -- up");
});

test.each(["", "{", '{"phase":"up"}'])("fails with the file's name when it holds %j", (text) => {
  const { state: path } = clusterLayout(folder);
  writeFileSync(path, text);
  expect(() => readState(path)).toThrow(UnreadableState);
  expect(() => readState(path)).toThrow(path);
});
