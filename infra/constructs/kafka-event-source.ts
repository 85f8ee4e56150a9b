import { EventSource } from "@froussard/imports/argo-events";
import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { syncWave } from "./annotations.ts";
import type { SecretKey } from "./environment.ts";
import { components, labelsOf, selectorOf } from "./labels.ts";
import { restrictedContainer, restrictedPod } from "./pod-security.ts";
import { type ResourceProps, resources } from "./resources.ts";
import { movesSoon } from "./tolerations.ts";

export interface KafkaEventSourceProps {
  name: string;
  namespace: string;
  /** Name of the EventBus. */
  eventBus: string;
  /** Name of the event, by which the Sensor's dependency finds it. */
  event: string;
  /** Comma list of host:port. */
  bootstrapServers: string;
  topic: string;
  consumerGroup: string;
  username: SecretKey;
  password: SecretKey;
  resources: ResourceProps;
  /** The brokers' certificate authority, which turns TLS on. @default - no TLS */
  certificateAuthority?: SecretKey;
}

/**
 * Puts the topic's messages onto the event bus. In a consumer group, since only then offsets are kept, and from the oldest
 * message on, so that what was written before it first ran is not lost. One pod, which needs no election and no rights.
 */
export class KafkaEventSource extends Construct {
  constructor(scope: Construct, id: string, props: KafkaEventSourceProps) {
    super(scope, id);
    const { name, namespace, certificateAuthority } = props;
    if (props.consumerGroup === "")
      throw new Error(`event source ${name}: consumerGroup is empty; without a group no offset is kept`);
    const account = `${name}-event-source`;
    new k8s.KubeServiceAccount(this, "account", {
      metadata: { name: account, namespace },
      automountServiceAccountToken: false,
    });
    new EventSource(this, "source", {
      metadata: { name, namespace, labels: labelsOf(components.eventSource), annotations: syncWave("eventSource") },
      spec: {
        eventBusName: props.eventBus,
        replicas: 1,
        template: {
          metadata: { labels: selectorOf(components.eventSource) },
          serviceAccountName: account,
          securityContext: restrictedPod(),
          container: {
            resources: resources(props.resources),
            securityContext: restrictedContainer(),
          },
          tolerations: movesSoon(),
        },
        kafka: {
          [props.event]: {
            url: props.bootstrapServers,
            topic: props.topic,
            consumerGroup: { groupName: props.consumerGroup, oldest: true, rebalanceStrategy: "sticky" },
            // The newest protocol that its client speaks; left out, it would be that of Kafka 1.0.
            version: "3.6.0",
            jsonBody: true,
            sasl: { mechanism: "SCRAM-SHA-512", userSecret: props.username, passwordSecret: props.password },
            ...(certificateAuthority && { tls: { caCertSecret: certificateAuthority } }),
          },
        },
      },
    });
  }
}
