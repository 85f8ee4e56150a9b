import { isDeepStrictEqual } from "node:util";
import type { Cluster } from "../cluster/cluster.ts";
import { type Manifest, manifestList } from "../controllers/manifest.ts";

/** As Argo CD applies: on the server, under its own name, and whatever others wrote into its fields. */
export const applyArguments = [
  ...["apply", "--server-side", "--force-conflicts", "--field-manager=argocd-controller", "--filename=-"],
];

/** What the API server counts by itself, at every write. */
const counted = ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"];

/**
 * Those that an application would change, in the order given: what `ServerSideDiff=true` compares, and
 * `ApplyOutOfSyncOnly=true` then leaves alone. Applying an empty list again counts as a change otherwise.
 */
export async function outOfSync(cluster: Cluster, objects: readonly Manifest[]): Promise<Manifest[]> {
  const ask = async (...args: string[]) => {
    const text = await cluster.kubectl([...args, "--output=json"], {
      input: manifestList(objects),
      timeoutMs: 120_000,
    });
    return byName(text === "" ? [] : itemsOf(JSON.parse(text) as Manifest | { items: Manifest[] }));
  };
  const live = await ask("get", "--filename=-", "--ignore-not-found");
  const applied = await ask(...applyArguments, "--dry-run=server");
  return objects.filter((object) => differ(live.get(keyOf(object)), applied.get(keyOf(object))));
}

export function differ(live: Manifest | undefined, applied: Manifest | undefined): boolean {
  return live === undefined || applied === undefined || !isDeepStrictEqual(bare(live), bare(applied));
}

/** Without the status, which Argo CD leaves out too: a controller may write it between the two looks. */
function bare({ metadata, status: _, ...object }: Manifest & { status?: unknown }): object {
  return {
    ...object,
    metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => !counted.includes(key))),
  };
}

/** One object alone comes without a list round it. */
export const itemsOf = <T extends object>(answer: T | { items: T[] }): T[] =>
  "items" in answer ? answer.items : [answer];

const keyOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
const byName = (objects: readonly Manifest[]) => new Map(objects.map((object) => [keyOf(object), object]));
