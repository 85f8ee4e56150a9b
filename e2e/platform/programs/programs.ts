import { amendedWorkflows, argoEvents, type GoTool, goTools } from "../../../infra/platform/go-tool.ts";
import { sources } from "../../../infra/schemas/versions.ts";

/** Of the cluster; the one that `programs/kubernetes/go.mod` requires. */
export const kubernetesVersion = "v1.34.4";

const [, major = "", minor = ""] = /^v(\d+)\.(\d+)/.exec(kubernetesVersion) ?? [];

const kubernetes = <Name extends string>(name: Name) => ({
  name,
  module: "e2e/platform/programs/kubernetes",
  package: `k8s.io/kubernetes/cmd/${name}`,
  variables: {
    "k8s.io/component-base/version.gitVersion": kubernetesVersion,
    "k8s.io/component-base/version.gitMajor": major,
    "k8s.io/component-base/version.gitMinor": minor,
  },
});

const workflows = <Name extends string>(name: Name) => ({
  name,
  module: "infra/platform/workflows",
  package: `${sources.argoWorkflows.module}/cmd/${name}`,
  variables: { [`${sources.argoWorkflows.module}.version`]: sources.argoWorkflows.version },
  amended: amendedWorkflows,
});

/**
 * Every program that is built from source, the longest first: what they share is then compiled once, and who waits sees
 * how it goes. Of Argo Workflows and Argo Events the versions are those that the checks of dist/ use.
 */
export const programs = {
  "kube-apiserver": kubernetes("kube-apiserver"),
  "kube-controller-manager": kubernetes("kube-controller-manager"),
  "kube-scheduler": kubernetes("kube-scheduler"),
  kubelet: kubernetes("kubelet"),
  "kube-proxy": kubernetes("kube-proxy"),
  kubectl: kubernetes("kubectl"),
  /** kube-router's engine for NetworkPolicies, which the cluster's own network does not enforce. */
  "network-policies": { name: "network-policies", module: "e2e/platform/programs/network-policies", package: "." },
  etcd: { name: "etcd", module: "e2e/platform/programs/etcd", package: "go.etcd.io/etcd/server/v3" },
  coredns: { name: "coredns", module: "e2e/platform/programs/coredns", package: "." },
  "nats-server": {
    name: "nats-server",
    module: "e2e/platform/programs/nats",
    package: "github.com/nats-io/nats-server/v2",
  },
  pause: { name: "pause", module: "e2e/platform/programs/pause", package: "." },
  "argo-events": argoEvents,
  "workflow-controller": workflows("workflow-controller"),
  argoexec: workflows("argoexec"),
  argo: goTools.argo,
} as const satisfies Record<string, GoTool>;

export type ProgramName = keyof typeof programs;

/** The paths of the built programs. */
export type Programs = Readonly<Record<ProgramName, string>>;
