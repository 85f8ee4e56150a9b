import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { declarationSchema } from "./declaration-schema.ts";
import type { JsonSchema, SchemaDocument } from "./json-schema.ts";
import type { Kind } from "./kinds.ts";

/** A kind's schema as upstream tells it, read from the source's folder. */
export function loadKind(kind: Kind, folder: string): SchemaDocument {
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  if ("definitions" in kind) {
    const definitions = loadDefinitions(kind.definitions, folder);
    const root = definitions[kind.definition];
    if (!root) throw new Error(`no definition "${kind.definition}" in ${kind.definitions}`);
    return { root, definitions };
  }
  if ("crd" in kind) return { root: versionOfCrd(read(kind.crd), kind), definitions: {} };
  return { root: declarationSchema(read(kind.declaration), kind.kind), definitions: {} };
}

/** The definitions of a JSON Schema or an OpenAPI 2 file. */
export function loadDefinitions(file: string, folder: string): SchemaDocument["definitions"] {
  return (JSON.parse(readFileSync(join(folder, file), "utf8")) as SchemaDocument).definitions;
}

function versionOfCrd(text: string, { apiVersion, kind }: Kind): JsonSchema {
  const { spec } = parse(text) as {
    spec: {
      group: string;
      names: { kind: string };
      versions: { name: string; schema: { openAPIV3Schema: JsonSchema } }[];
    };
  };
  const version = spec.versions.find(({ name }) => `${spec.group}/${name}` === apiVersion);
  if (!version || spec.names.kind !== kind)
    throw new Error(`no ${kind} of ${apiVersion}, but ${spec.names.kind} of ${spec.group}`);
  return version.schema.openAPIV3Schema;
}
