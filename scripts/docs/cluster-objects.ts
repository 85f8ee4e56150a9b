import { join } from "node:path";
import { manifestFiles, manifestsOf } from "@froussard/infra/platform/manifest-file";
import { declaredSecrets } from "@froussard/infra/secrets/declared-secrets";
import { settings as production } from "@froussard/infra/settings";
import { readSettings } from "@froussard/infra/settings/read-settings";
import type { Settings } from "@froussard/infra/settings/schema";
import { root } from "./documentation.ts";

/** What commands on a cluster can name. */
export interface ClusterObjects {
  namespaces: ReadonlySet<string>;
  /** `Kind/namespace/name`. */
  objects: ReadonlySet<string>;
  /** `key=value` of every label, those of pods included. */
  labels: ReadonlySet<string>;
}

/** Of Argo Events and Argo Workflows: they put these on what they make of our objects. */
const labelsByControllers = [
  "eventsource-name=github-codex",
  "sensor-name=github-codex",
  "eventbus-name=codex",
  "owner-name=codex",
];

/** Secrets that the pages name and only other settings ask for. */
function variants(settings: Settings): Settings[] {
  const { github, service, kafka, images } = settings;
  const pullSecrets = { service: ["registry"], workflows: ["registry"] };
  return [
    settings,
    { ...settings, github: { ...github, credential: "app" } },
    { ...settings, service: { ...service, deadLetterToken: true }, kafka: { ...kafka, tls: true } },
    { ...settings, images: { ...images, pullSecrets } },
  ];
}

/** Everything in `dist/`, the Secrets that people create, and what others' installations bring. */
export function clusterObjects(): ClusterObjects {
  const settings = readSettings(production);
  const manifests = manifestFiles(join(root, "dist")).flatMap(manifestsOf);
  const objects = new Set([
    ...manifests.map(({ kind, metadata }) => `${kind}/${metadata?.namespace ?? ""}/${metadata?.name}`),
    ...variants(settings)
      .flatMap(declaredSecrets)
      .map(({ namespace, name }) => `Secret/${namespace}/${name}`),
    // Strimzi's user operator makes them, named like the users.
    ...manifests
      .filter(({ kind }) => kind === "KafkaUser")
      .map(({ metadata }) => `Secret/${metadata?.namespace}/${metadata?.name}`),
    `Kafka/${settings.namespaces.kafka}/${settings.kafka.cluster}`,
    "Service/default/kubernetes",
    "Endpoints/default/kubernetes",
  ]);
  const labels = new Set(labelsByControllers);
  const collect = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (key === "labels" || key === "matchLabels")
        for (const [name, text] of Object.entries(inner ?? {})) labels.add(`${name}=${text}`);
      collect(inner);
    }
  };
  collect(manifests);
  const { service, workflows, kafka } = settings.namespaces;
  const namespaces = new Set([service, workflows, kafka, settings.argoCd.namespace, "default"]);
  for (const name of namespaces) objects.add(`Namespace//${name}`);
  return { namespaces, objects, labels };
}
