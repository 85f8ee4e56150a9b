import { serverProperties } from "../../../service/testing/broker/server-properties.ts";
import { users } from "../../../service/testing/broker/users.ts";

/** Ports of the broker's pod: the listener that Strimzi calls `plain`, one for programs of the machine, and the controller. */
export const brokerPorts = { cluster: 9092, machine: 9094, controller: 9093 } as const;

export interface BrokerSettings {
  /** What clients in pods are told to connect to: the name in the synthesized settings. */
  bootstrapHost: string;
  /** What programs of the machine are told to connect to, which do not ask the cluster's name server. */
  serviceAddress: string;
  logFolder: string;
}

const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required";

/**
 * As Strimzi's `listeners: [{ port: 9092, type: internal, tls: false, authentication: { type: scram-sha-512 } }]` with
 * `authorization: { type: simple }`; otherwise as our other tests have the broker.
 */
export function brokerProperties({ bootstrapHost, serviceAddress, logFolder }: BrokerSettings): string {
  const { cluster, machine, controller } = brokerPorts;
  const { username, password } = users.admin;
  return serverProperties({
    ...{ ports: { plain: cluster, tls: machine, controller }, logFolder, keyStore: "unused" },
    properties: {
      listeners: `PLAIN://0.0.0.0:${cluster},MACHINE://0.0.0.0:${machine},CONTROLLER://127.0.0.1:${controller}`,
      "advertised.listeners": `PLAIN://${bootstrapHost}:${cluster},MACHINE://${serviceAddress}:${machine}`,
      "listener.security.protocol.map": "PLAIN:SASL_PLAINTEXT,MACHINE:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
      "inter.broker.listener.name": "MACHINE",
      // Kafka's own values: beside everything else that runs here it may well be kept from its heartbeats for seconds.
      "broker.session.timeout.ms": "9000",
      "broker.heartbeat.interval.ms": "2000",
      "listener.name.plain.scram-sha-512.sasl.jaas.config": `${scram};`,
      "listener.name.machine.scram-sha-512.sasl.jaas.config": `${scram} username="${username}" password="${password}";`,
    },
  });
}
