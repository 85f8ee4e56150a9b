import {
  ApiException,
  type ConfigurationOptions,
  CustomObjectsApi,
  KubeConfig,
  Observable,
  type ObservableMiddleware,
} from "@kubernetes/client-node";
import * as z from "zod";
import { ExpiredList, type ListWorkflows } from "./unfinished-workflows.ts";

/** The API answers with a list of this many, and says where the next begins. */
const perPage = 500;
/** Names are all that is wanted, and the status of one Workflow can be a megabyte: ask for the metadata alone. */
const metadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json";

const listed = z.object({
  metadata: z.object({ continue: z.string().optional() }),
  items: z.array(z.object({ metadata: z.object({ name: z.string() }) })),
});

/** A pod's own access to the API of its cluster. @throws Error outside of a cluster */
export function inClusterConfig(pathPrefix = ""): KubeConfig {
  const config = new KubeConfig();
  config.loadFromCluster(pathPrefix);
  if (!/^https:\/\/(?!undefined)/.test(config.getCurrentCluster()?.server ?? ""))
    throw new Error("WORKFLOWS_NAMESPACE is for a pod with a service account: unset it outside of a cluster");
  return config;
}

/**
 * Workflows of a namespace that have not finished, through the Kubernetes API. The service account needs `list` on
 * `workflows.argoproj.io` there. `connect` is called again when the token is refused, for tokens are renewed in place.
 */
export function kubernetesWorkflows(connect: () => KubeConfig, namespace: string): ListWorkflows {
  let api: CustomObjectsApi | undefined;
  return async (next, signal) => {
    try {
      api ??= connect().makeApiClient(CustomObjectsApi);
      const answer: unknown = await api.listNamespacedCustomObject(
        {
          group: "argoproj.io",
          version: "v1alpha1",
          namespace,
          plural: "workflows",
          // The controller sets the label at the end; a Workflow that it has not seen yet has none.
          labelSelector: "workflows.argoproj.io/completed!=true",
          limit: perPage,
          ...(next !== undefined && { _continue: next }),
        },
        requestOptions(signal),
      );
      const { metadata, items } = listed.parse(answer);
      const names = items.map(({ metadata: { name } }) => name);
      return { names, ...(metadata.continue && { next: metadata.continue }) };
    } catch (error) {
      if (error instanceof ApiException && error.code === 401) api = undefined;
      throw explain(error, namespace, signal);
    }
  };
}

function requestOptions(signal: AbortSignal): ConfigurationOptions<ObservableMiddleware> {
  return {
    middlewareMergeStrategy: "append",
    middleware: [
      {
        pre(request) {
          request.setHeaderParam("Accept", metadataOnly);
          request.setSignal(signal);
          return new Observable(Promise.resolve(request));
        },
        post: (response) => new Observable(Promise.resolve(response)),
      },
    ],
  };
}

/** In words of our own: the client's message is the whole answer with its headers. */
function explain(error: unknown, namespace: string, signal: AbortSignal): Error {
  const what = `cannot list the Workflows of namespace ${namespace}`;
  if (signal.aborted) return new Error(`${what}: the Kubernetes API took too long`);
  if (!(error instanceof ApiException))
    return new Error(`${what}: the Kubernetes API does not answer`, { cause: error });
  if (error.code === 410) return new ExpiredList(`${what}: the pages have expired`);
  const fix = fixes.get(error.code) ?? "see the API server";
  return Object.assign(new Error(`${what}: ${fix}`), { status: error.code });
}

const fixes = new Map([
  [401, "the service account's token was refused; it is read again"],
  [403, "grant list on workflows.argoproj.io to the service account"],
  [404, "Argo Workflows is not installed"],
  [429, "the Kubernetes API is busy"],
]);
