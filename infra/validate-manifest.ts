import { readFileSync } from "node:fs";
import { type Kind, kinds } from "./schemas/kinds.ts";
import { schemaFaults } from "./schemas/schema-faults.ts";
import { schemaFile } from "./schemas/schema-file.ts";

/** A Kubernetes object as it is synthesized. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/**
 * Everything by which an object departs from the schemas of its kind in crds/, where a field that the kind does not have
 * and a kind that has no schema are faults too. Objects that a Sensor's triggers create are looked at as well.
 *
 * Each fault names the object, the path of the field, its value and what belongs there. Empty when the object is sound.
 */
export function validateManifest(manifest: Manifest): string[] {
  const { apiVersion, kind, metadata } = manifest;
  const object = `${kind}/${metadata?.name ?? "(no name yet)"}`;
  const [first, ...others] = kinds.filter((known) => known.apiVersion === apiVersion && known.kind === kind);
  if (!first) return [`${object}: ${unknownKind(manifest)}`];
  const faults = faultsBy(first)(manifest);
  const more = others.flatMap((schema) =>
    faultsBy(schema)(manifest)
      .filter((fault) => !faults.includes(fault))
      .map((fault) => `${fault} (${schema.folder})`),
  );
  const created = createdObjects(manifest).flatMap(validateManifest);
  return [...faults, ...more, ...created].map((fault) => `${object}: ${fault}`);
}

/** Throws one error with the faults of all objects, if there are any (see {@link validateManifest}). */
export function assertManifests(manifests: readonly Manifest[]): void {
  const faults = manifests.flatMap(validateManifest);
  if (faults.length > 0)
    throw new Error(
      `${faults.length} faults in the synthesized objects:\n${faults.map((fault) => `- ${fault}`).join("\n")}`,
    );
}

function unknownKind({ apiVersion, kind }: Manifest): string {
  const others = kinds.filter((known) => known.kind === kind).map((known) => known.apiVersion);
  if (others.length > 0)
    return `apiVersion is "${apiVersion}", but the schema in crds/ is of ${[...new Set(others)].join(", ")}`;
  return `crds/ has no schema of ${apiVersion} ${kind}; add the kind to infra/schemas/kinds.ts and run "pnpm run imports"`;
}

/** Only the schemas that are needed are read, each once. */
const loaded = new Map<string, (value: unknown) => string[]>();

function faultsBy(kind: Kind): (value: unknown) => string[] {
  const file = schemaFile(kind);
  const known = loaded.get(file);
  if (known) return known;
  const faults = schemaFaults(JSON.parse(readFileSync(new URL(`../crds/${file}`, import.meta.url), "utf8")));
  loaded.set(file, faults);
  return faults;
}

interface Trigger {
  readonly template?: { readonly k8s?: { readonly source?: { readonly resource?: Manifest } } };
  readonly dlqTrigger?: Trigger;
}

function createdObjects(manifest: Manifest): Manifest[] {
  if (manifest.kind !== "Sensor") return [];
  const { triggers } = (manifest as { spec?: { triggers?: readonly Trigger[] } }).spec ?? {};
  return (Array.isArray(triggers) ? (triggers as readonly Trigger[]) : [])
    .flatMap((trigger) => [trigger, trigger?.dlqTrigger])
    .flatMap((trigger) => trigger?.template?.k8s?.source?.resource ?? []);
}
