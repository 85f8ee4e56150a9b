import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

export interface FakeKubernetes {
  port: number;
  /** Bearer tokens that it takes. */
  readonly tokens: Set<string>;
  /** Workflows by name, with whether they have finished. */
  readonly workflows: Map<string, boolean>;
  /** Queries that were answered, oldest first. */
  readonly queries: URLSearchParams[];
  /** Set to answer otherwise than from `workflows`. */
  fault: ((query: URLSearchParams) => Fault | undefined) | undefined;
  close(): Promise<void>;
}

/** A refusal in the API server's own form; `hang`: no answer at all. */
export type Fault = "forbidden" | "expired" | "not installed" | "internal" | "hang";

const path = "/apis/argoproj.io/v1alpha1/namespaces/argo-workflows/workflows";

/**
 * The part of a Kubernetes API server that lists and shows Workflows, in its real shapes: `PartialObjectMetadataList` when that is
 * asked for (whose items are null when there are none), pages by `limit` and `continue`, `Status` objects for errors (as API
 * servers of v1.33 and v1.34 send them).
 */
export async function startFakeKubernetes(tls?: { key: string; cert: string }): Promise<FakeKubernetes> {
  const fake = { tokens: new Set(["token-1"]), workflows: new Map(), queries: [], fault: undefined };
  const api: FakeKubernetes = { ...fake, port: 0, close: async () => {} };
  const server = tls ? createTlsServer(tls) : createServer();
  server.on("request", (request: IncomingMessage, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const fault = api.fault?.(url.searchParams);
    if (fault === "hang") return;
    const { code, body } = answer(api, request, url, fault);
    const isText = typeof body === "string";
    response.writeHead(code, { "content-type": isText ? "text/plain; charset=utf-8" : "application/json" });
    response.end(isText ? body : JSON.stringify(body));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  api.port = (server.address() as AddressInfo).port;
  api.close = async () => {
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  return api;
}

function answer(
  api: FakeKubernetes,
  { headers }: IncomingMessage,
  { pathname, searchParams: query }: URL,
  fault: Fault | undefined,
): { code: number; body: unknown } {
  const token = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1] ?? "";
  if (!api.tokens.has(token)) return status(401, "Unauthorized", "Unauthorized");
  const one = pathname.startsWith(`${path}/`) ? pathname.slice(path.length + 1) : undefined;
  if ((pathname !== path && one === undefined) || fault === "not installed")
    return { code: 404, body: "404 page not found\n" };
  if (fault === "forbidden")
    return status(
      403,
      "Forbidden",
      'workflows.argoproj.io is forbidden: User "system:serviceaccount:froussard:froussard-watch" cannot list resource "workflows" in API group "argoproj.io" in the namespace "argo-workflows"',
      { details: { group: "argoproj.io", kind: "workflows" } },
    );
  if (fault === "expired")
    return status(410, "Expired", "The provided continue parameter is too old to display a consistent list result.");
  if (fault === "internal") return status(500, "InternalError", "etcdserver: request timed out");
  api.queries.push(query);
  if (one !== undefined) return getOne(api, one);
  const open = query.get("labelSelector") === "workflows.argoproj.io/completed!=true";
  const names = [...api.workflows].flatMap(([name, finished]) => (open && finished ? [] : [name]));
  const from = Number(query.get("continue") ?? 0);
  const to = from + Number(query.get("limit") ?? names.length);
  const isPartial = headers.accept?.startsWith("application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
  const kind = isPartial ? "PartialObjectMetadata" : "Workflow";
  const apiVersion = isPartial ? "meta.k8s.io/v1" : "argoproj.io/v1alpha1";
  const items = names.slice(from, to).map((name) => ({
    kind,
    apiVersion,
    metadata: { name, namespace: "argo-workflows", uid: `uid-of-${name}`, resourceVersion: "1", generation: 1 },
  }));
  return {
    code: 200,
    body: {
      kind: `${kind}List`,
      apiVersion,
      metadata: {
        resourceVersion: "4242",
        ...(to < names.length && { continue: String(to), remainingItemCount: names.length - to }),
      },
      items: isPartial && items.length === 0 ? null : items,
    },
  };
}

/** As the controller leaves it: `finishedAt` is null until the end. */
function getOne({ workflows }: FakeKubernetes, name: string): { code: number; body: unknown } {
  const finished = workflows.get(name);
  if (finished === undefined) return status(404, "NotFound", `workflows.argoproj.io "${name}" not found`);
  const finishedAt = finished ? "2026-03-02T10:00:00Z" : null;
  const metadata = { name, namespace: "argo-workflows", resourceVersion: "1", generation: 3 };
  const phase = finished ? "Succeeded" : "Running";
  return {
    code: 200,
    body: { kind: "Workflow", apiVersion: "argoproj.io/v1alpha1", metadata, spec: {}, status: { phase, finishedAt } },
  };
}

function status(code: number, reason: string, message: string, more: object = {}): { code: number; body: unknown } {
  return {
    code,
    body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, reason, ...more, code },
  };
}
