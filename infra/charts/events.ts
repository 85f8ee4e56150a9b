import { consumerGroup, deadLetterPath, topics } from "@froussard/contract";
import { Chart } from "cdk8s";
import type { Construct } from "constructs";
import { CodexEventBus } from "../constructs/codex-event-bus.ts";
import { KafkaEventSource } from "../constructs/kafka-event-source.ts";
import { components } from "../constructs/labels.ts";
import { flows } from "../constructs/network.ts";
import { PodPolicy } from "../constructs/pod-policy.ts";
import { TaskSensor } from "../constructs/task-sensor.ts";
import { kafkaCa, secretKey } from "../secrets/secret-keys.ts";
import type { Settings } from "../settings/schema.ts";
import { chartProps } from "./chart-props.ts";
import { fromPrometheus, toKafka } from "./flows.ts";
import { names, ports } from "./names.ts";
import { bootstrapServers } from "./program-settings.ts";

/** NATS: for clients, and between the servers. */
const bus = { clients: 4222, servers: 6222 } as const;
const metricsPort = 7777;

/** From the topic of tasks to Workflows. */
export class Events extends Chart {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, chartProps);
    const { service, workflows: namespace } = settings.namespaces;
    const ca = kafkaCa(settings);
    const { replicas, volumeGi, storageClass, server, sidecar, eventSource, sensor } = settings.eventBus;
    new CodexEventBus(this, "bus", {
      ...{ name: names.eventBus, namespace, replicas, volumeGi, server, sidecar },
      ...(storageClass !== undefined && { storageClass }),
    });
    new KafkaEventSource(this, "source", {
      ...{ name: names.events, namespace, eventBus: names.eventBus, event: names.event },
      resources: eventSource,
      bootstrapServers: bootstrapServers(settings),
      topic: topics.codexTasks,
      consumerGroup,
      username: secretKey(settings, "consumerKafka", "username"),
      password: secretKey(settings, "consumerKafka", "password"),
      ...(ca && { certificateAuthority: ca }),
    });
    new TaskSensor(this, "sensor", {
      ...{ name: names.events, namespace, eventBus: names.eventBus, eventSource: names.events, event: names.event },
      resources: sensor,
      deadLettersUrl: `http://${names.deadLetters}.${service}.svc:${ports.deadLetters}${deadLetterPath}`,
      ...(settings.service.deadLetterToken && { deadLettersToken: secretKey(settings, "deadLetters", "token") }),
    });

    const clients = [components.eventSource, components.sensor];
    const toBus = flows.pods(components.eventBus, namespace, bus.clients);
    const metrics = fromPrometheus(settings, metricsPort);
    new PodPolicy(this, "bus-policy", {
      ...{ name: "event-bus", namespace, component: components.eventBus },
      from: [
        ...clients.map((component) => flows.pods(component, namespace, bus.clients)),
        flows.pods(components.eventBus, namespace, bus.clients, bus.servers),
        ...metrics,
      ],
      to: [flows.pods(components.eventBus, namespace, bus.clients, bus.servers), flows.names()],
    });
    new PodPolicy(this, "source-policy", {
      ...{ name: "event-source", namespace, component: components.eventSource },
      from: metrics,
      to: [toBus, toKafka(settings), flows.names()],
    });
    new PodPolicy(this, "sensor-policy", {
      ...{ name: "sensor", namespace, component: components.sensor },
      from: metrics,
      to: [
        toBus,
        flows.pods(components.serve, service, ports.deadLetters),
        flows.apiServer(settings.runs.apiServerCidrs),
        flows.names(),
      ],
    });
  }
}
