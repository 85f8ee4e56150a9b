import type { JsonSchema } from "../../../infra/schemas/json-schema.ts";
import { kinds } from "../../../infra/schemas/kinds.ts";
import { loadKind } from "../../../infra/schemas/load-kind.ts";
import { sourceFolder } from "../../../infra/schemas/source-folder.ts";
import type { Manifest } from "./manifest.ts";

/**
 * Strimzi's definitions of the kinds that we use, with the schemas that its own have. Strimzi publishes them in no registry but
 * as types, so they are made from those.
 */
export const strimziCrds = (): Manifest[] =>
  kinds
    .filter(({ source }) => source === "strimzi")
    .map((kind) =>
      customResourceDefinition(
        kind.apiVersion,
        kind.kind,
        loadKind(kind, sourceFolder("strimzi")).root.properties ?? {},
      ),
    );

export function customResourceDefinition(
  apiVersion: string,
  kind: string,
  { spec, status }: Readonly<Record<string, JsonSchema>>,
): Manifest {
  const [group = "", version = ""] = apiVersion.split("/");
  const plural = `${kind.toLowerCase()}s`;
  const properties = { ...(spec && { spec: structural(spec) }), ...(status && { status: structural(status) }) };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural, singular: kind.toLowerCase() },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", properties } },
          subresources: { status: {} },
        },
      ],
    },
  };
}

/** In the API server an object without named properties loses whatever it holds, unless it says that it keeps it. */
function structural(schema: JsonSchema): object {
  const { properties, items, additionalProperties, ...rest } = schema;
  if (properties) {
    const named = Object.entries(properties).map(([name, one]) => [name, structural(one)]);
    return { ...rest, properties: Object.fromEntries(named) };
  }
  if (items && !Array.isArray(items)) return { ...rest, items: structural(items as JsonSchema) };
  if (typeof additionalProperties === "object")
    return { ...rest, additionalProperties: structural(additionalProperties) };
  return schema.type === "object" ? { ...rest, "x-kubernetes-preserve-unknown-fields": true } : rest;
}
