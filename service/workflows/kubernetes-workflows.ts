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

const one = z.object({ status: z.object({ finishedAt: z.iso.datetime().nullish() }).optional() });

const listed = z.object({
  metadata: z.object({ continue: z.string().optional() }),
  // A list of metadata that holds nothing says null (seen with 1.34).
  items: z
    .array(z.object({ metadata: z.object({ name: z.string() }) }))
    .nullable()
    .transform((items) => items ?? []),
});

/** A pod's own access to the API of its cluster. @throws Error outside of a cluster */
export function inClusterConfig(pathPrefix = ""): KubeConfig {
  const config = new KubeConfig();
  config.loadFromCluster(pathPrefix);
  if (!/^https:\/\/(?!undefined)/.test(config.getCurrentCluster()?.server ?? ""))
    throw new Error("WORKFLOWS_NAMESPACE is for a pod with a service account: unset it outside of a cluster");
  return config;
}

export interface Workflows {
  /** Those that have not finished. */
  list: ListWorkflows;
  /** When the Workflow of this name has finished; undefined when it has not, or there is none. ISO 8601. */
  finishedAt(name: string): Promise<string | undefined>;
}

/** For the question about one Workflow. */
const oneWithinMs = 10_000;

/**
 * Workflows of a namespace, through the Kubernetes API. The service account needs `get` and `list` on
 * `workflows.argoproj.io` there. `connect` is called again when the token is refused, for tokens are renewed in place.
 */
export function kubernetesWorkflows(connect: () => KubeConfig, namespace: string): Workflows {
  const workflows = { group: "argoproj.io", version: "v1alpha1", namespace, plural: "workflows" };
  let api: CustomObjectsApi | undefined;

  async function ask<T>(signal: AbortSignal, question: (api: CustomObjectsApi) => Promise<T>): Promise<T> {
    try {
      api ??= connect().makeApiClient(CustomObjectsApi);
      return await question(api);
    } catch (error) {
      if (error instanceof ApiException && error.code === 401) api = undefined;
      throw explain(error, namespace, signal);
    }
  }

  return {
    list: (next, signal) =>
      ask(signal, async (client) => {
        const answer: unknown = await client.listNamespacedCustomObject(
          {
            ...workflows,
            // The controller sets the label at the end; a Workflow that it has not seen yet has none.
            labelSelector: "workflows.argoproj.io/completed!=true",
            limit: perPage,
            ...(next !== undefined && { _continue: next }),
          },
          requestOptions(signal, metadataOnly),
        );
        const { metadata, items } = listed.parse(answer);
        const names = items.map(({ metadata: { name } }) => name);
        return { names, ...(metadata.continue && { next: metadata.continue }) };
      }),
    finishedAt(name) {
      const signal = AbortSignal.timeout(oneWithinMs);
      return ask(signal, async (client) => {
        const answer: unknown = await client
          .getNamespacedCustomObject({ ...workflows, name }, requestOptions(signal, "application/json"))
          .catch((error: unknown) => {
            if (error instanceof ApiException && error.code === 404) return {};
            throw error;
          });
        return one.parse(answer).status?.finishedAt ?? undefined;
      });
    },
  };
}

function requestOptions(signal: AbortSignal, accept: string): ConfigurationOptions<ObservableMiddleware> {
  return {
    middlewareMergeStrategy: "append",
    middleware: [
      {
        pre(request) {
          request.setHeaderParam("Accept", accept);
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
  const what = `cannot look at the Workflows of namespace ${namespace}`;
  if (signal.aborted) return new Error(`${what}: the Kubernetes API took too long`);
  if (!(error instanceof ApiException))
    return new Error(`${what}: the Kubernetes API does not answer`, { cause: error });
  if (error.code === 410) return new ExpiredList(`${what}: the pages have expired`);
  const fix = fixes.get(error.code) ?? "see the API server";
  return Object.assign(new Error(`${what}: ${fix}`), { status: error.code });
}

const fixes = new Map([
  [401, "the service account's token was refused; it is read again"],
  [403, "grant get and list on workflows.argoproj.io to the service account"],
  [404, "Argo Workflows is not installed"],
  [429, "the Kubernetes API is busy"],
]);
