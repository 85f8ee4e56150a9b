import { parseEgressHost } from "@froussard/contract";
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

/** The ports of the egress list besides that of HTTPS; its hosts never lie in the cluster. */
export function toHosts(hosts: readonly string[]): Flow[] {
  const ports = new Set(hosts.flatMap((host) => parseEgressHost(host)?.port ?? []));
  ports.delete(443);
  return ports.size > 0 ? [flows.web(...ports)] : [];
}

function portOf({ port, protocol }: URL): number {
  return port === "" ? ({ "http:": 80, "https:": 443 }[protocol] ?? 443) : Number(port);
}

/** From Prometheus, for metrics. */
export function fromPrometheus({ monitoring }: Settings, ...ports: number[]): Flow[] {
  return monitoring.serviceMonitor ? [flows.namespace(monitoring.namespace, ...ports)] : [];
}
