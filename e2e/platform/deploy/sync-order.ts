import type { Manifest } from "../controllers/manifest.ts";

/** Argo CD's order of kinds within a wave; kinds that are not named, custom resources among them, come last. */
const kindOrder: readonly string[] = [
  ...["Namespace", "NetworkPolicy", "ResourceQuota", "LimitRange", "PodSecurityPolicy", "PodDisruptionBudget"],
  ...["ServiceAccount", "Secret", "SecretList", "ConfigMap", "StorageClass", "PersistentVolume"],
  ...["PersistentVolumeClaim", "CustomResourceDefinition", "ClusterRole", "ClusterRoleList", "ClusterRoleBinding"],
  ...["ClusterRoleBindingList", "Role", "RoleList", "RoleBinding", "RoleBindingList", "Service", "DaemonSet", "Pod"],
  ...["ReplicationController", "ReplicaSet", "Deployment", "HorizontalPodAutoscaler", "StatefulSet", "Job", "CronJob"],
  ...["IngressClass", "Ingress", "APIService"],
];
const waveAnnotation = "argocd.argoproj.io/sync-wave";

export interface SyncWave {
  wave: number;
  /** In the order in which they are applied. */
  objects: Manifest[];
}

/** What Argo CD applies, wave after wave; the next one begins when all of this one is healthy. Pure. */
export function syncWaves(manifests: readonly Manifest[]): SyncWave[] {
  const waves = Map.groupBy(manifests, waveOf);
  return [...waves]
    .sort(([one], [other]) => one - other)
    .map(([wave, objects]) => ({
      wave,
      objects: objects.toSorted(
        (one, other) => rank(one) - rank(other) || (one.metadata.name < other.metadata.name ? -1 : 1),
      ),
    }));
}

function rank({ kind }: Manifest): number {
  const at = kindOrder.indexOf(kind);
  return at < 0 ? kindOrder.length : at;
}

function waveOf({ kind, metadata }: Manifest): number {
  const text = (metadata["annotations"] as Readonly<Record<string, string>> | undefined)?.[waveAnnotation] ?? "0";
  const wave = Number(text);
  if (Number.isInteger(wave)) return wave;
  throw new Error(`${kind} ${metadata.name}: ${waveAnnotation} is "${text}", not a whole number`);
}
