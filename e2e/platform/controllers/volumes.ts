import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Cluster } from "../cluster/cluster.ts";
import { nodeName } from "../cluster/network.ts";
import { type Manifest, manifestList } from "./manifest.ts";

const storageClass = "node";

/** What claims of the event bus's size find; more than it ever has members. */
const count = 6;

/**
 * A StorageClass for claims that name none, and volumes for it: folders of the node. They are made beforehand instead of by a
 * program that waits for claims.
 */
export function volumeManifests(folder: string): Manifest[] {
  return [
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: storageClass, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "kubernetes.io/no-provisioner",
      volumeBindingMode: "WaitForFirstConsumer",
    },
    ...volumeNames.map((name) => ({
      apiVersion: "v1",
      kind: "PersistentVolume",
      metadata: { name },
      spec: {
        capacity: { storage: "20Gi" },
        accessModes: ["ReadWriteOnce"],
        storageClassName: storageClass,
        persistentVolumeReclaimPolicy: "Retain",
        // Unlike `hostPath` it is given to the group that a pod asks for.
        local: { path: join(folder, name) },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [nodeName] }] },
            ],
          },
        },
      },
    })),
  ];
}

const volumeNames = Array.from({ length: count }, (_, index) => `node-${index}`);

/** Makes the volumes' folders, and lets the cluster know them. */
export async function makeVolumes(cluster: Cluster, folder: string, signal: AbortSignal): Promise<void> {
  for (const name of volumeNames) mkdirSync(join(folder, name), { recursive: true });
  await cluster.kubectl(["apply", "--server-side", "--filename=-"], {
    input: manifestList(volumeManifests(folder)),
    signal,
  });
}
