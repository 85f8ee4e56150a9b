import type { Manifest } from "../controllers/manifest.ts";

/** What every container asks for, so that all of them find room on a node of two processors. */
const cpu = "10m";

/**
 * The same objects with small requests of processor time, so that the whole pipeline and several runs fit on one small node.
 * Limits stay, so that nothing gets more than it is to have.
 */
export function smallRequests(manifests: readonly Manifest[]): Manifest[] {
  return manifests.map((manifest) => cut(manifest) as Manifest);
}

function cut(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(cut);
  if (typeof tree !== "object" || tree === null) return tree;
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => {
      if (key === "requests" && typeof value === "object" && value !== null && "cpu" in value)
        return [key, { ...value, cpu }];
      // JSON within YAML: what Argo lays over a pod.
      if (key === "podSpecPatch" && typeof value === "string") return [key, JSON.stringify(cut(JSON.parse(value)))];
      return [key, cut(value)];
    }),
  );
}
