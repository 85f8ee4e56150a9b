import type { Cluster } from "../cluster/cluster.ts";
import { argoEventsManifests, argoWorkflowsManifests, controllerNamespaces } from "./argo-manifests.ts";
import { type Manifest, manifestList } from "./manifest.ts";
import { monitoringCrds } from "./monitoring-crds.ts";
import { strimziCrds } from "./strimzi-crds.ts";

/**
 * Installs Argo Events and Argo Workflows as their projects publish them, and the kinds of Strimzi and of Prometheus' operator
 * that the pipeline's manifests are of. Resolves once the kinds can be used and both controllers are available.
 * @throws Error with what the API server said
 */
export async function installControllers(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const manifests = [
    ...Object.values(controllerNamespaces).map(namespace),
    ...strimziCrds(),
    ...monitoringCrds(),
    ...argoEventsManifests(),
    ...(await argoWorkflowsManifests(cluster.state.programs["kubectl"] ?? "kubectl")),
  ];
  // Kinds and namespaces first: what belongs to one that is not there yet is refused.
  const early = ({ kind }: Manifest) => kind === "CustomResourceDefinition" || kind === "Namespace";
  const apply = (items: readonly Manifest[]) =>
    cluster.kubectl(["apply", "--server-side", "--force-conflicts", "--filename=-"], {
      input: manifestList(items),
      timeoutMs: 120_000,
      signal,
    });
  await apply(manifests.filter(early));
  const wait = (what: string[]) => cluster.kubectl(["wait", ...what, "--timeout=120s"], { timeoutMs: 125_000, signal });
  await wait(["--for=condition=Established", "customresourcedefinition", "--all"]);
  await apply(manifests.filter((manifest) => !early(manifest)));
  for (const namespace of Object.values(controllerNamespaces))
    await wait(["--for=condition=Available", "deployment", "--all", `--namespace=${namespace}`]);
}

const namespace = (name: string): Manifest => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
