import { join } from "node:path";
import type { Programs } from "../../programs/programs.ts";
import type { ClusterLayout } from "../layout.ts";
import { apiPort, type ClusterNetwork, nodeName } from "../network.ts";
import type { ProcessSpec, Readiness } from "../state.ts";
import { kubeletHealth } from "./kubelet-config.ts";

interface NodeOptions {
  layout: ClusterLayout;
  network: ClusterNetwork;
  programs: Programs;
  /** Of etcd, on the loopback interface, where no pod gets. */
  etcdPorts: { client: number; peer: number };
}

/** Flags of a program, from their names without the dashes. */
const flags = (named: Readonly<Record<string, string>>) =>
  Object.entries(named).map(([name, value]) => `--${name}=${value}`);

const loopback = "127.0.0.1";
const ports = { controllerManager: 10257, scheduler: 10259, proxyHealth: 10256, proxyMetrics: 10249 };

/** The cluster's own processes, in the order in which they are started. */
export function processSpecs({ layout, network, programs, etcdPorts }: NodeOptions): ProcessSpec[] {
  const pki = (name: string) => join(layout.pki, name);
  const admin = `--kubeconfig=${layout.kubeconfig("admin")}`;
  const asksKubectl = (...args: string[]): Readiness => ({ command: programs.kubectl, args: [admin, ...args] });
  /** Programs that show their health by TLS, with a certificate that they made themselves. */
  const isHealthy = (port: number): Readiness =>
    asksKubectl("--server", `https://${loopback}:${port}`, "--insecure-skip-tls-verify", "get", "--raw", "/healthz");
  const etcdUrl = `http://${loopback}:${etcdPorts.client}`;
  const peerUrl = `http://${loopback}:${etcdPorts.peer}`;
  return [
    {
      name: "etcd",
      command: programs.etcd,
      args: [
        ...flags({
          name: nodeName,
          "data-dir": layout.etcd,
          "listen-client-urls": etcdUrl,
          "advertise-client-urls": etcdUrl,
          "listen-peer-urls": peerUrl,
          "initial-advertise-peer-urls": peerUrl,
          "initial-cluster": `${nodeName}=${peerUrl}`,
        }),
        // What a power cut would lose is thrown away anyway.
        "--unsafe-no-fsync",
      ],
      ready: { url: `${etcdUrl}/health` },
      limitSeconds: 30,
    },
    {
      name: "kube-apiserver",
      command: programs["kube-apiserver"],
      args: flags({
        "etcd-servers": etcdUrl,
        "bind-address": network.nodeAddress,
        "advertise-address": network.nodeAddress,
        "secure-port": String(apiPort),
        "tls-cert-file": pki("kube-apiserver.crt"),
        "tls-private-key-file": pki("kube-apiserver.key"),
        "client-ca-file": pki("ca.crt"),
        "kubelet-certificate-authority": pki("ca.crt"),
        "kubelet-client-certificate": pki("kubelet-client.crt"),
        "kubelet-client-key": pki("kubelet-client.key"),
        "kubelet-preferred-address-types": "InternalIP",
        "service-account-issuer": `https://kubernetes.default.svc.${network.domain}`,
        "service-account-key-file": pki("service-accounts.pub"),
        "service-account-signing-key-file": pki("service-accounts.key"),
        "service-cluster-ip-range": network.serviceCidr,
        "authorization-mode": "Node,RBAC",
        "enable-admission-plugins": "NodeRestriction",
        "allow-privileged": "true",
        profiling: "false",
      }),
      ready: asksKubectl("get", "--raw", "/readyz"),
      limitSeconds: 60,
    },
    {
      name: "kube-controller-manager",
      command: programs["kube-controller-manager"],
      args: flags({
        kubeconfig: layout.kubeconfig("kube-controller-manager"),
        "bind-address": loopback,
        "secure-port": String(ports.controllerManager),
        "service-account-private-key-file": pki("service-accounts.key"),
        "root-ca-file": pki("ca.crt"),
        "use-service-account-credentials": "true",
        "leader-elect": "false",
      }),
      ready: isHealthy(ports.controllerManager),
      limitSeconds: 30,
    },
    {
      name: "kube-scheduler",
      command: programs["kube-scheduler"],
      args: flags({
        kubeconfig: layout.kubeconfig("kube-scheduler"),
        "bind-address": loopback,
        "secure-port": String(ports.scheduler),
        "leader-elect": "false",
      }),
      ready: isHealthy(ports.scheduler),
      limitSeconds: 30,
    },
    {
      name: "containerd",
      command: "containerd",
      args: ["--config", layout.containerd.config],
      ready: { command: "ctr", args: ["--address", layout.containerd.socket, "version"] },
      limitSeconds: 30,
    },
    {
      name: "kubelet",
      command: programs.kubelet,
      args: flags({
        config: layout.kubelet.config,
        kubeconfig: layout.kubeconfig("node"),
        "hostname-override": nodeName,
        "node-ip": network.nodeAddress,
        "root-dir": layout.kubelet.root,
      }),
      ready: { url: `http://${kubeletHealth.address}:${kubeletHealth.port}/healthz` },
      limitSeconds: 60,
    },
    {
      name: "kube-proxy",
      command: programs["kube-proxy"],
      args: flags({
        kubeconfig: layout.kubeconfig("kube-proxy"),
        "hostname-override": nodeName,
        "proxy-mode": "iptables",
        "cluster-cidr": network.clusterCidr,
        "healthz-bind-address": `${loopback}:${ports.proxyHealth}`,
        "metrics-bind-address": `${loopback}:${ports.proxyMetrics}`,
        // Kernel settings of the machine's that are none of ours to change.
        "iptables-localhost-nodeports": "false",
        "conntrack-max-per-core": "0",
        "conntrack-tcp-timeout-established": "0",
        "conntrack-tcp-timeout-close-wait": "0",
        "oom-score-adj": "0",
      }),
      ready: { url: `http://${loopback}:${ports.proxyHealth}/healthz` },
      limitSeconds: 30,
    },
    {
      name: "network-policies",
      command: programs["network-policies"],
      args: flags({
        kubeconfig: layout.kubeconfig("admin"),
        node: nodeName,
        "service-cluster-ip-range": network.serviceCidr,
      }),
      ready: { command: "iptables", args: ["-w", "-n", "-L", "KUBE-ROUTER-FORWARD"] },
      limitSeconds: 30,
    },
    {
      name: "coredns",
      command: programs.coredns,
      args: ["-conf", layout.corefile],
      ready: { resolves: `kubernetes.default.svc.${network.domain}`, server: network.dnsAddress },
      limitSeconds: 30,
    },
  ];
}
