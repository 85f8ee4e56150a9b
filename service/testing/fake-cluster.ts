import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { makeCertificates } from "@froussard/simulators/testing/certificates";

/** An object of Kubernetes, as the API shows it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> } & Record<string, unknown>;
  [field: string]: unknown;
}

export interface FakeCluster {
  /** A kubeconfig of somebody who may look. */
  kubeconfig: string;
  /** What there is, by `Kind namespace/name`; may be changed at any time. */
  readonly objects: Map<string, KubernetesObject>;
  /** Resources that may not be seen: `secrets in kafka`, `pods/proxy in froussard`. */
  readonly refused: Set<string>;
  /** Kinds that are not installed, by API. */
  readonly absent: Set<string>;
  version: string;
  /** Where pods answer: `http://127.0.0.1:8080`. */
  readonly pods: Map<string, string>;
  /** What was asked for: `GET /version`. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Where each kind is served, as Argo's, Strimzi's and Kubernetes' own definitions say. */
const plurals: Readonly<Record<string, string>> = {
  EventBus: "eventbus",
  NetworkPolicy: "networkpolicies",
};
const pluralOf = (kind: string) => plurals[kind] ?? `${kind.toLowerCase()}s`;
const served: Readonly<Record<string, readonly string[]>> = {
  "argoproj.io/v1alpha1": [
    "eventbus",
    "eventsources",
    "sensors",
    "workflows",
    "workflowtemplates",
    "workflowtaskresults",
  ],
  "kafka.strimzi.io/v1": ["kafkas", "kafkatopics", "kafkausers"],
};
const token = "token-of-somebody-who-looks";

export const keyOf = ({ kind, metadata }: KubernetesObject) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;

/**
 * For tests only: the part of an API server that shows objects, over TLS and to whoever has the token: one, or a list by
 * labels; what kinds there are; and what pods answer. It takes GET alone. `folder` keeps certificates and kubeconfig.
 */
export async function startFakeCluster(objects: readonly KubernetesObject[], folder: string): Promise<FakeCluster> {
  const certificates = makeCertificates(join(folder, "kubernetes"));
  const pem = readFileSync(certificates.keyStore, "utf8");
  const cluster: FakeCluster = {
    kubeconfig: join(folder, "kubeconfig"),
    objects: new Map(objects.map((object) => [keyOf(object), object])),
    ...{ refused: new Set(), absent: new Set(), version: "v1.34.4", pods: new Map(), requests: [] },
    close: async () => {},
  };
  const server = createServer({ cert: pem, key: pem }, (request, response) => void answer(cluster, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cluster.close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  writeFileSync(
    cluster.kubeconfig,
    JSON.stringify({
      ...{ apiVersion: "v1", kind: "Config", "current-context": "test" },
      clusters: [
        {
          name: "test",
          cluster: {
            server: `https://localhost:${(server.address() as AddressInfo).port}`,
            "certificate-authority": certificates.caFile,
          },
        },
      ],
      users: [{ name: "somebody", user: { token } }],
      contexts: [{ name: "test", context: { cluster: "test", user: "somebody" } }],
    }),
  );
  return cluster;
}

async function answer(cluster: FakeCluster, request: IncomingMessage, response: ServerResponse): Promise<void> {
  cluster.requests.push(`${request.method} ${request.url}`);
  const { code, body, type = "application/json" } = await found(cluster, request);
  response.writeHead(code, { "content-type": type });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

interface Found {
  code: number;
  body: unknown;
  type?: string;
}

async function found(cluster: FakeCluster, { method, url = "/", headers }: IncomingMessage): Promise<Found> {
  if (headers.authorization !== `Bearer ${token}`) return status(401, "Unauthorized", "Unauthorized");
  if (method !== "GET") return status(405, "MethodNotAllowed", "this server shows objects alone");
  const { pathname, searchParams } = new URL(url, "https://localhost");
  if (pathname === "/version") return { code: 200, body: { major: "1", minor: "34", gitVersion: cluster.version } };
  const [, api = "", rest = ""] =
    /^\/(?:api|apis)\/((?:[a-z0-9.]+\/)?v[a-z0-9]+)(?:\/namespaces\/(.+))?$/.exec(pathname) ?? [];
  if (rest === "") return kindsOf(cluster, api);
  const [namespace = "", plural = "", name, ...more] = rest.split("/").map(decodeURIComponent);
  const resource = more[0] === "proxy" ? `${plural}/proxy` : plural;
  if (cluster.refused.has(`${resource} in ${namespace}`))
    return status(
      403,
      "Forbidden",
      `${resource} is forbidden: User "somebody" cannot get resource "${resource}" in the namespace "${namespace}"`,
    );
  if (more[0] === "proxy") return throughPod(cluster, name ?? "", `/${more.slice(1).join("/")}`);
  if (cluster.absent.has(plural)) return { code: 404, body: "404 page not found\n", type: "text/plain" };
  const all = [...cluster.objects.values()].filter(
    ({ apiVersion, kind, metadata }) =>
      apiVersion === api && pluralOf(kind) === plural && metadata.namespace === namespace,
  );
  if (name === undefined) {
    const items = all.filter(({ metadata }) => selects(searchParams.get("labelSelector"), metadata.labels ?? {}));
    return { code: 200, body: { kind: "List", apiVersion: api, metadata: { resourceVersion: "1" }, items } };
  }
  const one = all.find(({ metadata }) => metadata.name === name);
  return one ? { code: 200, body: one } : status(404, "NotFound", `${plural} "${name}" not found`);
}

function kindsOf({ absent }: FakeCluster, api: string): Found {
  const names = served[api]?.filter((name) => !absent.has(name)) ?? [];
  if (names.length === 0) return { code: 404, body: "404 page not found\n", type: "text/plain" };
  return {
    code: 200,
    body: { kind: "APIResourceList", groupVersion: api, resources: names.map((name) => ({ name })) },
  };
}

/** As the API server answers for a pod that it reaches, or does not. */
async function throughPod({ pods }: FakeCluster, named: string, path: string): Promise<Found> {
  const address = pods.get(named.split(":")[0] ?? "");
  if (address === undefined)
    return status(503, "ServiceUnavailable", `error trying to reach service: dial tcp: i/o timeout`);
  const response = await fetch(`${address}${path}`, { signal: AbortSignal.timeout(5_000) });
  const type = response.headers.get("content-type") ?? "text/plain";
  return { code: response.status, body: await response.text(), type };
}

function selects(selector: string | null, labels: Readonly<Record<string, string>>): boolean {
  return (selector ?? "")
    .split(",")
    .filter((term) => term !== "")
    .every((term) => {
      const [, key = "", not, value] = /^([^=!]+)(!?)=+(.*)$/.exec(term) ?? [];
      return (labels[key] === value) !== (not === "!");
    });
}

function status(code: number, reason: string, message: string): Found {
  return { code, body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, code } };
}
