import { isIP } from "node:net";
import type { BaseOptions } from "@platformatic/kafka";
import { readCaFile } from "./ca-file.ts";
import type { KafkaConfig } from "./kafka-config.ts";

/**
 * What our clients have in common. The authority is read anew for each client, so that a cluster's new CA counts from the
 * next one on. @throws Error when it cannot be read
 */
export function clientOptions({ brokers, clientId, sasl, tls }: KafkaConfig): BaseOptions {
  return {
    clientId,
    bootstrapBrokers: [...brokers],
    strict: true,
    // Signing in takes five ways there and back, seven with TLS: up to 300 ms each is no fault.
    connectTimeout: 2_000,
    requestTimeout: 2_000,
    // Inside a Produce request: how long the broker may wait for its replicas.
    timeout: 2_000,
    ...(sasl && { sasl }),
    ...(tls && { tls: authorityOf(tls) }),
    // Proxies that tell brokers apart by name need to be told it (SNI); an address is no such name.
    ...(tls && { tlsServerName: !brokers.some(isAddress) }),
  };
}

function authorityOf({ ca, caFile }: NonNullable<KafkaConfig["tls"]>): { ca?: string } {
  if (ca !== undefined) return { ca };
  return caFile === undefined ? {} : { ca: readCaFile(caFile) };
}

function isAddress(broker: string): boolean {
  return isIP(broker.replace(/:[0-9]+$/, "").replace(/^\[|\]$/g, "")) !== 0;
}
