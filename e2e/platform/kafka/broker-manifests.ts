import { busyboxImage } from "../platform-images/platform-images.ts";
import { brokerPorts } from "./broker-settings.ts";
import { clusterLabel } from "./strimzi-resources.ts";

export interface BrokerPlace {
  namespace: string;
  /** Name of Strimzi's `Kafka` object, were there one. */
  cluster: string;
}

export interface BrokerPod extends BrokerPlace {
  /** The whole command line. */
  command: readonly string[];
  /** Folders of this machine that the pod sees at the same paths; what runs in it is this machine's Java. */
  readOnly: readonly string[];
  /** Of its log, which survives the pod. */
  folder: string;
}

/** Named as Strimzi names them, so that what is synthesized finds them: Service, labels that NetworkPolicies choose by, pod. */
export const bootstrapService = ({ cluster }: BrokerPlace) => `${cluster}-kafka-bootstrap`;
export const brokerSet = ({ cluster }: BrokerPlace) => `${cluster}-dual-role`;
const labels = ({ cluster }: BrokerPlace) => ({
  ...{ [clusterLabel]: cluster, "strimzi.io/kind": "Kafka", "strimzi.io/name": `${cluster}-kafka` },
});

export function serviceManifest(place: BrokerPlace) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: bootstrapService(place), namespace: place.namespace, labels: labels(place) },
    spec: {
      selector: labels(place),
      ports: [
        { name: "tcp-clients", port: brokerPorts.cluster },
        { name: "tcp-machine", port: brokerPorts.machine },
      ],
    },
  };
}

/** One broker, which is its own controller. */
export function brokerManifest(pod: BrokerPod) {
  const folders = [...pod.readOnly.map((path) => ({ path, readOnly: true })), { path: pod.folder, readOnly: false }];
  const named = folders.map((folder, at) => ({ ...folder, name: `folder-${at}` }));
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: brokerSet(pod), namespace: pod.namespace, labels: labels(pod) },
    spec: {
      replicas: 1,
      serviceName: bootstrapService(pod),
      selector: { matchLabels: labels(pod) },
      template: {
        metadata: { labels: labels(pod) },
        spec: {
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 20,
          containers: [
            {
              name: "kafka",
              image: busyboxImage,
              imagePullPolicy: "Never",
              command: pod.command,
              ports: Object.values(brokerPorts).map((containerPort) => ({ containerPort })),
              readinessProbe: { tcpSocket: { port: brokerPorts.cluster }, periodSeconds: 1, failureThreshold: 60 },
              volumeMounts: named.map(({ name, path, readOnly }) => ({ name, mountPath: path, readOnly })),
            },
          ],
          volumes: named.map(({ name, path }) => ({ name, hostPath: { path, type: "Directory" } })),
        },
      },
    },
  };
}
