import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { goModuleFolder } from "../../../infra/schemas/go-module.ts";
import { sources } from "../../../infra/schemas/versions.ts";
import { runCommand } from "../cluster/run-command.ts";
import type { Manifest } from "./manifest.ts";

/** Where the controllers run, as in their own installations. */
export const controllerNamespaces = { events: "argo-events", workflows: "argo" } as const;

/** Argo Events' own installation, for all namespaces, from its module. */
export function argoEventsManifests(): Manifest[] {
  const published = readFileSync(join(goModuleFolder(sources.argoEvents), "manifests/install.yaml"), "utf8");
  return parseManifests(published).map(ofThisMachine);
}

/** Argo Workflows' own installation, for all namespaces, from its module; without its server, which nobody asks. */
export async function argoWorkflowsManifests(kubectl: string): Promise<Manifest[]> {
  const folder = join(goModuleFolder(sources.argoWorkflows), "manifests/cluster-install");
  const published = parseManifests(await runCommand(kubectl, ["kustomize", folder]));
  return published
    .filter(({ metadata }) => !metadata.name.startsWith("argo-server"))
    .map((manifest) => withSettings(ofThisMachine(manifest)));
}

const parseManifests = (text: string): Manifest[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);

interface Container {
  name: string;
  image: string;
  imagePullPolicy?: string;
  args?: string[];
  env?: { name: string; value?: string }[];
}

/**
 * Images are on the node, so none is pulled, and those that the manifests name by `latest` are of the version that was built.
 * Argo Events' controller passes its policy on to the pods that it makes.
 */
export function ofThisMachine(manifest: Manifest): Manifest {
  if (manifest.kind !== "Deployment") return manifest;
  const changed = structuredClone(manifest) as Manifest & { spec: { template: { spec: { containers: Container[] } } } };
  for (const container of changed.spec.template.spec.containers) {
    container.imagePullPolicy = "IfNotPresent";
    container.image = container.image.replace(/:latest$/, `:${sources.argoWorkflows.version}`);
    if (container.name === "controller-manager")
      container.env = [...(container.env ?? []), { name: "IMAGE_PULL_POLICY", value: "IfNotPresent" }];
    if (container.name === "workflow-controller") container.args = [...(container.args ?? []), ...controllerArguments];
  }
  return changed;
}

const controllerArguments = ["--executor-image", `quay.io/argoproj/argoexec:${sources.argoWorkflows.version}`];

/** What a careful operator sets: only reviewed templates run, which docs/checks.md holds the pipeline's against. */
const settings = {
  workflowRestrictions: "templateReferencing: Strict\n",
  executor: "imagePullPolicy: IfNotPresent\n",
};

function withSettings(manifest: Manifest): Manifest {
  if (manifest.kind !== "ConfigMap" || manifest.metadata.name !== "workflow-controller-configmap") return manifest;
  return { ...manifest, data: settings };
}
