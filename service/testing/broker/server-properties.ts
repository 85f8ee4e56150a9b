import { users } from "./users.ts";

export interface ServerSettings {
  /** All on the loopback interface. */
  ports: { plain: number; tls: number; controller: number };
  logFolder: string;
  /** Certificate, its authority and key, in PEM form. */
  keyStore: string;
  /** Added, or put in place of what stands here. */
  properties?: Readonly<Record<string, string>>;
}

const scram = "org.apache.kafka.common.security.scram.ScramLoginModule required";

/**
 * One node, broker and controller in one: SCRAM over plain text and over TLS, nothing allowed without an ACL, no topic
 * made by itself. Small and quick to come back after a kill, at the cost of nothing that the tests are about.
 */
export function serverProperties({ ports, logFolder, keyStore, properties = {} }: ServerSettings): string {
  const { username, password } = users.admin;
  const all: Record<string, string> = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.quorum.voters": `1@127.0.0.1:${ports.controller}`,
    listeners: `SASL_PLAINTEXT://127.0.0.1:${ports.plain},SASL_SSL://127.0.0.1:${ports.tls},CONTROLLER://127.0.0.1:${ports.controller}`,
    "advertised.listeners": `SASL_PLAINTEXT://127.0.0.1:${ports.plain},SASL_SSL://localhost:${ports.tls}`,
    "listener.security.protocol.map": "SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "SASL_PLAINTEXT",
    "sasl.enabled.mechanisms": "SCRAM-SHA-512",
    "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-512",
    "listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config": `${scram} username="${username}" password="${password}";`,
    "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": `${scram};`,
    "listener.name.sasl_ssl.ssl.keystore.type": "PEM",
    "listener.name.sasl_ssl.ssl.keystore.location": keyStore,
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    // ANONYMOUS is the controller's listener, which has no authentication.
    "super.users": `User:${username};User:ANONYMOUS`,
    "allow.everyone.if.no.acl.found": "false",
    "auto.create.topics.enable": "false",
    "log.dirs": logFolder,
    "log.retention.bytes": "300000000",
    "log.segment.bytes": "100000000",
    // The default of 128 MiB is allocated at the start.
    "log.cleaner.dedupe.buffer.size": "4194304",
    // A node that was killed is fenced until its old session has ended.
    "broker.session.timeout.ms": "1500",
    "broker.heartbeat.interval.ms": "300",
    "group.initial.rebalance.delay.ms": "0",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    ...properties,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}
