import { expect, test } from "vitest";
import { type MachineProcess, otherKubernetes } from "./other-kubernetes.ts";

const node = "/cache/e2e/node";
const found = (command: string, inOurNetwork = true) => {
  const running: MachineProcess[] = [{ pid: 7, words: command.split(" "), inOurNetwork }];
  return otherKubernetes(node, running);
};

test.each([
  "/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml",
  "/usr/local/bin/kube-proxy --config=/var/lib/kube-proxy/config.conf",
  "/usr/local/bin/k3s server --token=of-the-cluster",
  "k3s-agent",
  "/snap/microk8s/current/kubelite --kubelet-args-file=/var/snap/microk8s/args",
  "/cache-2/tools/kubelet-81160cd7ea5c0806 --config=/cache-2/e2e/node/kubelet.json",
  "/cache/tools/kubelet-81160cd7ea5c0806 --config=/cache/e2e/node-2/kubelet.json",
])("another cluster's: %s", (command) => {
  expect(found(command)).toEqual([`process 7: ${command.split(" ")[0]}`]);
});

test.each([
  ["ours", `/cache/tools/kubelet-81160cd7ea5c0806 --config=${node}/kubelet.json`, true],
  ["one within a container", "/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml", false],
  ["one that only reads of it", "less /var/log/kubelet", true],
  ["one that has gone", "", true],
])("none of another cluster's: %s", (_, command, inOurNetwork) => {
  expect(found(command, inOurNetwork)).toEqual([]);
});
