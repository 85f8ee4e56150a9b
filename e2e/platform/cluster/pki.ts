import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ClusterNetwork, nodeName } from "./network.ts";
import { runCommand } from "./run-command.ts";

/** A certificate that the cluster's authority signs: who it names, and for which end of a connection. */
export interface CertificatePlan {
  /** Of its files. */
  name: string;
  user: string;
  group?: string;
  /** Names and addresses of a server; without them it is a client's. */
  hosts?: readonly string[];
}

/** Users of the API server with a kubeconfig each; the rights of most come with Kubernetes. */
export const users = [
  { name: "admin", user: "kubernetes-admin", group: "system:masters" },
  { name: "kube-controller-manager", user: "system:kube-controller-manager" },
  { name: "kube-scheduler", user: "system:kube-scheduler" },
  { name: "kube-proxy", user: "system:kube-proxy" },
  { name: "node", user: `system:node:${nodeName}`, group: "system:nodes" },
  { name: "coredns", user: "coredns" },
] as const satisfies CertificatePlan[];

export function certificatePlans({ nodeAddress, apiService, domain }: ClusterNetwork): CertificatePlan[] {
  return [
    {
      name: "kube-apiserver",
      user: "kube-apiserver",
      hosts: [
        ...["", ".default", ".default.svc", `.default.svc.${domain}`].map((end) => `DNS:kubernetes${end}`),
        ...[apiService, nodeAddress, "127.0.0.1"].map((address) => `IP:${address}`),
      ],
    },
    { name: "kubelet", user: nodeName, hosts: [`DNS:${nodeName}`, `IP:${nodeAddress}`] },
    // The API server as a client of the kubelet.
    { name: "kubelet-client", user: "kube-apiserver-kubelet-client", group: "system:masters" },
    ...users,
  ];
}

const days = "30";
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];
const settings = `[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[client]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
[server]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
`;

const files = (folder: string, name: string) => [
  "-keyout",
  join(folder, `${name}.key`),
  "-out",
  join(folder, `${name}.crt`),
];

/** `openssl`'s arguments for the authority itself. */
export const authorityArguments = (folder: string): string[] => [
  "req",
  "-x509",
  ...["-config", join(folder, "openssl.cnf"), "-extensions", "authority"],
  ...newKey,
  ...files(folder, "ca"),
  ...["-subj", "/CN=froussard e2e", "-days", days],
];

/** `openssl`'s arguments for a certificate of the authority's. */
export const certificateArguments = (folder: string, { name, user, group, hosts }: CertificatePlan): string[] => [
  "req",
  "-x509",
  ...["-config", join(folder, "openssl.cnf"), "-extensions", hosts ? "server" : "client"],
  ...["-CA", join(folder, "ca.crt"), "-CAkey", join(folder, "ca.key")],
  ...newKey,
  ...files(folder, name),
  ...["-subj", `${group ? `/O=${group}` : ""}/CN=${user}`, "-days", days],
  ...(hosts ? ["-addext", `subjectAltName=${hosts.join(",")}`] : []),
];

/** Makes a new authority, every certificate, and the keys of service accounts' tokens. Needs OpenSSL 3. */
export async function makePki(folder: string, network: ClusterNetwork): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "openssl.cnf"), settings);
  await runCommand("openssl", authorityArguments(folder));
  await Promise.all([
    ...certificatePlans(network).map((plan) => runCommand("openssl", certificateArguments(folder, plan))),
    makeAccountKeys(folder),
  ]);
}

async function makeAccountKeys(folder: string): Promise<void> {
  const [secret, open] = [join(folder, "service-accounts.key"), join(folder, "service-accounts.pub")];
  await runCommand("openssl", ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", secret]);
  await runCommand("openssl", ["pkey", "-in", secret, "-pubout", "-out", open]);
}
