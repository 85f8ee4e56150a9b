import { topicSettings } from "@froussard/contract";
import { EventBus } from "@froussard/imports/argo-events";
import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { keptForever, syncWave } from "./annotations.ts";
import { components, labelsOf, selectorOf } from "./labels.ts";
import { restrictedContainer, restrictedPod } from "./pod-security.ts";
import { type ResourceProps, resources } from "./resources.ts";

export interface CodexEventBusProps {
  name: string;
  namespace: string;
  /** Servers: 1, or at least 3. */
  replicas: number;
  /** Volume of each server, in GiB. */
  volumeGi: number;
  server: ResourceProps;
  /** Each of the two containers beside it: one reloads its configuration, one shows its metrics. */
  sidecar: ResourceProps;
  /** StorageClass of the volumes. @default - the cluster's default */
  storageClass?: string;
}

/**
 * What stands between EventSource and Sensor. A message that Kafka was told is done with lives only here until the Sensor
 * took it: so it lies on volumes of three servers, and a stream that is full refuses instead of forgetting, which leaves
 * messages in Kafka.
 */
export class CodexEventBus extends Construct {
  constructor(scope: Construct, id: string, props: CodexEventBusProps) {
    super(scope, id);
    const { name, namespace, replicas, volumeGi, storageClass } = props;
    if (replicas !== 1 && replicas < 3)
      throw new Error(
        `event bus ${name}: replicas must be 1 or at least 3, not ${replicas}: two servers agree on nothing`,
      );
    if (volumeGi < 4) throw new Error(`event bus ${name}: volumeGi must be at least 4, not ${volumeGi}`);
    const podLabels = selectorOf(components.eventBus);
    const small = { securityContext: restrictedContainer(), resources: resources(props.sidecar) };
    new k8s.KubeServiceAccount(this, "account", {
      metadata: { name: `${name}-event-bus`, namespace, annotations: syncWave("platform") },
      automountServiceAccountToken: false,
    });
    new EventBus(this, "bus", {
      metadata: {
        name,
        namespace,
        labels: labelsOf(components.eventBus),
        annotations: { ...syncWave("platform"), ...keptForever() },
      },
      spec: {
        jetstream: {
          version: "2.10.29",
          replicas,
          metadata: { labels: podLabels },
          serviceAccountName: `${name}-event-bus`,
          persistence: {
            ...(storageClass !== undefined && { storageClassName: storageClass }),
            accessMode: "ReadWriteOnce",
            volumeSize: `${volumeGi}Gi`,
          },
          // A task may become eight times as large on the bus; one that does not fit would stop its partition for ever.
          maxPayload: "2MB",
          settings: `max_file_store: ${storeGi(volumeGi)}GB\nmax_memory_store: 64MB\n`,
          streamConfig: streamConfig(replicas, volumeGi),
          securityContext: restrictedPod(),
          containerTemplate: {
            securityContext: restrictedContainer(),
            resources: resources(props.server),
          },
          reloaderContainerTemplate: small,
          metricsContainerTemplate: small,
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [
                {
                  weight: 100,
                  podAffinityTerm: { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: podLabels } },
                },
              ],
            },
          },
        },
      },
    });
    new k8s.KubePodDisruptionBudget(this, "disruption", {
      metadata: { name: `${name}-event-bus`, namespace },
      spec: { maxUnavailable: k8s.IntOrString.fromNumber(1), selector: { matchLabels: podLabels } },
    });
  }
}

/** What JetStream may use of a volume: its own log and the file system need room too. */
const storeGi = (volumeGi: number) => volumeGi - 2;

/**
 * What is set aside for the stream: not the whole store, for the Sensor keeps its state in a store of its own beside it, and
 * does not start where no room is left.
 */
const streamGi = (volumeGi: number) => Math.min(volumeGi / 2, (storeGi(volumeGi) * 5) / 8);

/**
 * Of JetStream's stream, which is read only when the stream is made: to change it later, the stream must be deleted. Kept
 * by limits (retention 0), because as a work queue it does not fit how Argo Events consumes; what goes beyond them is
 * refused (discard 1). The age is the topic's.
 */
function streamConfig(replicas: number, volumeGi: number): string {
  const config = {
    maxMsgs: 50_000,
    maxAge: `${topicSettings.retentionDays * 24}h`,
    maxBytes: Math.floor(streamGi(volumeGi) * 1024 ** 3),
    replicas: Math.min(replicas, 3),
    duplicates: "300s",
    retention: 0,
    discard: 1,
  };
  return Object.entries(config)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join("");
}
