import { HttpMethod, IsomorphicFetchHttpLibrary, type KubeConfig, RequestContext } from "@kubernetes/client-node";
import * as z from "zod";
import { reasonOf } from "../../checks/github/ask-github.ts";
import type { KubectlQuestion, Reading } from "./reading.ts";

/** A kind of objects: where the API serves it, and what of it is read. */
export interface Kind<T> {
  /** `api/v1`, or `apis/<group>/<version>`. */
  api: string;
  plural: string;
  schema: z.ZodType<T>;
}

/** Asks an API server, by GET alone. Rejects only with what is a mistake of ours. */
export interface ClusterReader {
  get<T>(kind: Kind<T>, namespace: string, name: string): Promise<Reading<T>>;
  list<T>(kind: Kind<T>, namespace: string, labelSelector?: string): Promise<Reading<T[]>>;
  /** Something that belongs to no namespace, by its path. */
  path<T>(path: string, schema: z.ZodType<T>): Promise<Reading<T>>;
  /** What a pod's own HTTP server answers, through the API server. */
  throughPod(
    namespace: string,
    pod: string,
    port: number,
    path: string,
  ): Promise<Reading<{ status: number; text: string }>>;
}

const refusal = z.object({ message: z.string().optional() });
const http = new IsomorphicFetchHttpLibrary();

/** `timeoutMs` is for each question. */
export function clusterReader(config: KubeConfig, timeoutMs: number): ClusterReader {
  const server = config.getCurrentCluster()?.server.replace(/\/+$/, "") ?? "";

  async function ask(path: string): Promise<{ status: number; text: string } | { reason: string }> {
    const request = new RequestContext(`${server}/${path}`, HttpMethod.GET);
    request.setHeaderParam("Accept", "application/json");
    request.setSignal(AbortSignal.timeout(timeoutMs));
    try {
      // Reads certificates, or runs the credential program that the kubeconfig names.
      await config.applySecurityAuthentication(request);
      const response = await http.send(request).toPromise();
      return { status: response.httpStatusCode, text: await response.body.text() };
    } catch (error) {
      return { reason: reasonOf(error) };
    }
  }

  async function read<T>(path: string, question: KubectlQuestion, schema: z.ZodType<T>): Promise<Reading<T>> {
    const answer = await ask(path);
    if ("reason" in answer) return { kind: "failed", reason: answer.reason };
    const { status, text } = answer;
    if (status === 404) return { kind: "absent" };
    if (status === 403) return { kind: "forbidden", question };
    const body = parsed(text);
    if (status !== 200)
      return { kind: "failed", reason: `${status} ${refusal.safeParse(body).data?.message ?? ""}`.trim() };
    const value = schema.safeParse(body);
    if (value.success) return { kind: "found", value: value.data };
    // Names of fields alone: the object may be a Secret.
    const where = value.error.issues.map((issue) => issue.path.join(".")).join(", ");
    return { kind: "failed", reason: `${path} is not of the form that is expected (${where || "no JSON"})` };
  }

  const resourceOf = ({ api, plural }: Kind<unknown>) => {
    const group = /^apis\/([^/]+)\//.exec(api)?.[1];
    return group === undefined || group === "apps" ? plural : `${plural}.${group}`;
  };
  return {
    get: (kind, namespace, name) =>
      read(
        `${kind.api}/namespaces/${namespace}/${kind.plural}/${encodeURIComponent(name)}`,
        { verb: "get", resource: resourceOf(kind), namespace, name },
        kind.schema,
      ),
    async list(kind, namespace, labelSelector) {
      // One page: what is looked at is the part that is not well, and thousands of objects are told as well by hundreds.
      const query = new URLSearchParams({ limit: "500", ...(labelSelector !== undefined && { labelSelector }) });
      const found = await read(
        `${kind.api}/namespaces/${namespace}/${kind.plural}?${query}`,
        { verb: "list", resource: resourceOf(kind), namespace },
        z.object({ items: z.array(kind.schema) }),
      );
      return found.kind === "found" ? { kind: "found", value: found.value.items } : found;
    },
    path: (path, schema) => read(path, { verb: "get", resource: `/${path}`, path: `/${path}` }, schema),
    async throughPod(namespace, pod, port, path) {
      const proxied = `api/v1/namespaces/${namespace}/pods/${pod}:${port}/proxy${path}`;
      const answer = await ask(proxied);
      if ("reason" in answer) return { kind: "failed", reason: answer.reason };
      if (answer.status !== 403) return { kind: "found", value: answer };
      const question = { verb: "get", resource: "pods/proxy", namespace, name: pod, path: `/${proxied}` } as const;
      return { kind: "forbidden", question };
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not of an API server; whoever reads it says so.
    return undefined;
  }
}
