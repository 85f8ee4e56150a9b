import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Manifest } from "../../validate-manifest.ts";

export interface FakeKubernetes {
  address: string;
  /** What was asked for, as `POST /apis/…`. */
  requests: string[];
  /** What was created. */
  created: Manifest[];
  close(): Promise<void>;
}

/** For tests only: an API server that knows a few WorkflowTemplates and takes Workflows. */
export async function startFakeKubernetes(templates: readonly Manifest[]): Promise<FakeKubernetes> {
  const requests: string[] = [];
  const created: Manifest[] = [];
  const collection =
    /^\/apis\/argoproj\.io\/v1alpha1\/namespaces\/([^/?]+)\/(workflows|workflowtemplates)(?:\/([^/?]+))?(?:\?|$)/;

  async function answer(request: IncomingMessage): Promise<object | undefined> {
    if (request.method === "POST" && request.url === "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
      // The CLI asks whether it may see ClusterWorkflowTemplates.
      return { kind: "SelfSubjectAccessReview", apiVersion: "authorization.k8s.io/v1", status: { allowed: false } };
    const [, namespace, resource, named] = collection.exec(request.url ?? "") ?? [];
    if (request.method === "GET" && resource === "workflowtemplates")
      return templates.find(({ metadata }) => metadata?.namespace === namespace && metadata?.name === named);
    if (request.method !== "POST" || resource !== "workflows") return undefined;
    const workflow = JSON.parse(await text(request));
    const name = workflow.metadata.name ?? `${workflow.metadata.generateName}x7k2p`;
    const stored = { ...workflow, metadata: { ...workflow.metadata, namespace, name } };
    created.push(stored);
    return stored;
  }

  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const found = await answer(request);
    const status = {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      reason: "NotFound",
      code: 404,
      message: `${request.method} ${request.url} not found`,
    };
    response.writeHead(found ? 200 : 404, { "Content-Type": "application/json" });
    response.end(JSON.stringify(found ?? status));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    created,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
