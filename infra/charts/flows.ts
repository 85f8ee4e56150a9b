import { type Flow, flows } from "../constructs/network.ts";
import type { Settings } from "../settings/schema.ts";
import { bootstrapServers } from "./program-settings.ts";

/** To the brokers, at the ports of the bootstrap servers. */
export function toKafka(settings: Settings): Flow {
  const ports = bootstrapServers(settings)
    .split(",")
    .map((server) => Number(server.slice(server.lastIndexOf(":") + 1)));
  return flows.labelled({ "strimzi.io/cluster": settings.kafka.cluster }, settings.namespaces.kafka, ...new Set(ports));
}

/** HTTPS, and the ports of the addresses given, which may also lie in the cluster. */
export function toWeb(...addresses: readonly (string | undefined)[]): Flow[] {
  const ports = new Set(addresses.flatMap((address) => (address === undefined ? [] : portOf(new URL(address)))));
  ports.delete(443);
  return [flows.web(443), ...(ports.size > 0 ? [flows.web(...ports), flows.cluster(...ports)] : [])];
}

function portOf({ port, protocol }: URL): number {
  return port === "" ? ({ "http:": 80, "https:": 443 }[protocol] ?? 443) : Number(port);
}

/** From Prometheus, for metrics. */
export function fromPrometheus({ monitoring }: Settings, ...ports: number[]): Flow[] {
  return monitoring.serviceMonitor ? [flows.namespace(monitoring.namespace, ...ports)] : [];
}
