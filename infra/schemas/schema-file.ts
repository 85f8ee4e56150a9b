import type { Kind } from "./kinds.ts";

/** The file of a kind's schema below crds/, named as kubeconform asks for it (crds/README.md). */
export function schemaFile({ apiVersion, kind, folder }: Pick<Kind, "apiVersion" | "kind" | "folder">): string {
  const parts = apiVersion.split("/");
  return `${folder ? `${folder}/` : ""}${parts[0]}/${kind.toLowerCase()}_${parts.at(-1)}.json`;
}
