import type { ApiCall, ApiClient } from "../../cluster/api-client.ts";

/** One verb on one kind of object, as the API server's rights name them. */
export interface Action {
  verb: "get" | "list" | "create" | "patch" | "delete" | "deletecollection" | "impersonate";
  /** @default the core group */
  group?: string;
  /** In the plural, with its subresource: `pods/exec`. */
  resource: string;
  /** @default the whole cluster */
  namespace?: string;
  /** @default none in particular */
  name?: string;
  /** @default "v1" */
  version?: string;
}

/** `create argoproj.io/workflows argo-workflows/x`, for people. */
export function nameOfAction({ verb, group, resource, namespace, name }: Action): string {
  const object = [namespace, name].filter((part) => part !== undefined).join("/");
  return [verb, group === undefined ? resource : `${group}/${resource}`, object].join(" ").trim();
}

const methods = {
  ...{ get: "GET", list: "GET", create: "POST", patch: "PATCH", delete: "DELETE", deletecollection: "DELETE" },
  // Whoever may impersonate says so in a header of any request.
  impersonate: "GET",
} as const satisfies Record<Action["verb"], ApiCall["method"]>;

/** Does it, or has the API server go as far as it can without changing anything. */
export function attempt(client: ApiClient, action: Action) {
  const { verb, group, version = "v1", namespace, name } = action;
  if (verb === "impersonate") return client("/api/v1/namespaces", { headers: impersonating(action) });
  const [resource = "", subresource] = action.resource.split("/", 2);
  const isNew = verb === "create" && subresource === undefined;
  const path = [
    group === undefined ? "/api/v1" : `/apis/${group}/${version}`,
    ...(namespace === undefined ? [] : ["namespaces", namespace]),
    resource,
    ...(isNew || name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ].join("/");
  const method = methods[verb];
  if (method === "GET") return client(path);
  return client(`${path}?dryRun=All`, {
    method,
    // Rights are looked at before the object is.
    body: verb === "create" ? { metadata: { name } } : {},
    contentType: verb === "patch" ? "application/merge-patch+json" : "application/json",
  });
}

function impersonating({ resource, name = "", namespace }: Action): Record<string, string> {
  if (resource === "serviceaccounts") return { "impersonate-user": `system:serviceaccount:${namespace}:${name}` };
  return resource === "groups"
    ? { "impersonate-user": "nobody", "impersonate-group": name }
    : { "impersonate-user": name };
}
