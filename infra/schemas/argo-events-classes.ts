import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { erasableClasses } from "./erasable-classes.ts";
import { inlineReferences } from "./inline-references.ts";
import type { JsonSchema, SchemaDocument } from "./json-schema.ts";
import { type Kind, kinds } from "./kinds.ts";
import { schemaFile } from "./schema-file.ts";

/** The file in imports/ that {@link argoEventsClasses} is for. */
export const classesFile = "argo-events.ts";

/**
 * TypeScript classes for Argo Events' kinds, made by `cdk8s import` from their schemas in crds/. No network: the same
 * crds/ give the same text. (Argo Events' own CRDs leave `spec` open, so that classes made from them check nothing.)
 */
export function argoEventsClasses(crds: ReadonlyMap<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "imports-"));
  try {
    const documents = kinds
      .filter(({ source }) => source === "argoEvents")
      .map((kind) => JSON.stringify(customResourceDefinition(kind, crds)));
    writeFileSync(join(folder, "crd.yaml"), documents.join("\n---\n"));
    const cdk8s = join(dirname(findPackageJSON("cdk8s-cli", import.meta.url) ?? ""), "bin/cdk8s");
    const flags = ["--language", "typescript", "--output", folder, "--save", "false", "--check-upgrade", "false"];
    const ran = spawnSync(process.execPath, [cdk8s, "import", "argo-events:=crd.yaml", ...flags], {
      cwd: folder,
      encoding: "utf8",
    });
    if (ran.status !== 0) throw new Error(`cdk8s import ended with status ${ran.status}: ${ran.stderr}${ran.stdout}`);
    return erasableClasses(readFileSync(join(folder, "argo-events-argoproj.io.ts"), "utf8"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A CRD as `cdk8s import` reads it: one schema without references. */
function customResourceDefinition(kind: Kind, crds: ReadonlyMap<string, string>): object {
  const file = schemaFile(kind);
  const { definitions, ...root } = JSON.parse(crds.get(file) ?? "{}") as JsonSchema &
    Pick<SchemaDocument, "definitions">;
  if (!root.properties) throw new Error(`crds/${file} is missing or has no properties; run "pnpm run imports"`);
  const { spec = {} } = inlineReferences({ root, definitions }).properties ?? {};
  const [group, version] = kind.apiVersion.split("/");
  const schema = { type: "object", required: ["metadata", "spec"], properties: { spec: asUnions(spec) } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: kind.kind.toLowerCase() },
    spec: {
      group,
      names: { kind: kind.kind },
      versions: [{ name: version, schema: { openAPIV3Schema: schema } }],
    },
  };
}

/** `type: [a, b]` as the union that the generator understands. */
function asUnions(schema: JsonSchema): JsonSchema {
  const { type, properties, items, additionalProperties, ...rest } = schema;
  if (Array.isArray(type)) return { anyOf: type.map((one) => ({ type: one })) };
  return {
    ...rest,
    ...(type && { type }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, asUnions(one)])),
    }),
    ...(items && { items: asUnions(items) }),
    ...(additionalProperties && {
      additionalProperties:
        typeof additionalProperties === "object" ? asUnions(additionalProperties) : additionalProperties,
    }),
  };
}
