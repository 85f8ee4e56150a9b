import { join } from "node:path";
import { manifestFiles, manifestsOf } from "./manifest-file.ts";
import { runTool } from "./run-tool.ts";

interface Report {
  resources: { filename: string; kind: string; name: string; version: string; status: string; msg: string }[];
  summary: { valid: number; invalid: number; errors: number; skipped: number };
}

export interface Conformity {
  /** How many objects were looked at. */
  objects: number;
  /** One line each. */
  faults: string[];
}

/** A schema's file in crds/ as kubeconform asks for it. */
const schemaFile = "{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json";

/** What kubeconform says before each fault; the schema is known by the kind. */
const preamble = /^problem validating schema\. Check JSON formatting: jsonschema validation failed with '[^']*'\s*- /;

/** The schemas that everything has to fit: those of Argo Workflows 3.7, and once more with those of 4. */
const passes: Readonly<Record<string, readonly string[]>> = {
  "": [schemaFile],
  "Argo Workflows 4": [`argo-workflows-4/${schemaFile}`, schemaFile],
};

/**
 * Holds every manifest in a folder against the schemas in crds/ alone: a field that a kind does not have is a fault, and so
 * is a kind without a schema.
 */
export function kubeconform(program: string, folder: string, crds: string): Conformity {
  const objects = manifestFiles(folder).flatMap(manifestsOf).length;
  const faults = new Set<string>();
  for (const [pass, schemas] of Object.entries(passes)) {
    const locations = schemas.flatMap((file) => ["-schema-location", join(crds, file)]);
    const args = ["-strict", "-summary", "-verbose", "-output", "json", ...locations, "."];
    const { resources, summary } = JSON.parse(runTool(program, args, folder).output) as Report;
    if (summary.valid + summary.invalid + summary.errors !== objects || summary.skipped > 0)
      throw new Error(`kubeconform looked at ${JSON.stringify(summary)} of the ${objects} objects in ${folder}`);
    for (const { filename, version, kind, name, status, msg } of resources) {
      if (status === "statusValid") continue;
      const fault = `${filename}: ${version} ${kind} ${name}: ${msg.replace(preamble, "").replaceAll(/\s+/g, " ")}`;
      if (!faults.has(fault)) faults.add(pass ? `${fault} (${pass})` : fault);
    }
  }
  return { objects, faults: [...faults] };
}
