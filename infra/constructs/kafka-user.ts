import type { IKafkaUser } from "@kubernetes-models/strimzi-kafka-operator/kafka.strimzi.io/v1/KafkaUser";
import { Construct } from "constructs";
import { syncWave } from "./annotations.ts";
import type { SecretKey } from "./environment.ts";
import { addManifest } from "./manifest.ts";

export interface KafkaUserProps {
  user: string;
  /** The brokers' namespace: only there the operator looks. */
  namespace: string;
  /** Name of the Kafka object. */
  cluster: string;
  /** Where the operator takes the password from; the user's own Secret is the operator's to write. */
  password: SecretKey;
  /** Topics that it may write. @default - none */
  writes?: readonly string[];
  /** Topics that it may read, and the one consumer group in which. @default - none */
  reads?: { topics: readonly string[]; group: string };
}

/** An account in Kafka that may do what it is for and nothing else. Idempotent producers need no more than Write. */
export class KafkaUser extends Construct {
  constructor(scope: Construct, id: string, props: KafkaUserProps) {
    super(scope, id);
    const { user, namespace, cluster, password, writes = [], reads } = props;
    if (writes.length === 0 && !reads) throw new Error(`Kafka user ${user}: may do nothing; give it writes or reads`);
    const literal = "literal" as const;
    addManifest<IKafkaUser>(this, "user", {
      apiVersion: "kafka.strimzi.io/v1",
      kind: "KafkaUser",
      metadata: { name: user, namespace, labels: { "strimzi.io/cluster": cluster }, annotations: syncWave("platform") },
      spec: {
        authentication: { type: "scram-sha-512", password: { valueFrom: { secretKeyRef: password } } },
        authorization: {
          type: "simple",
          acls: [
            ...writes.map((name) => ({
              resource: { type: "topic" as const, name, patternType: literal },
              operations: ["Describe" as const, "Write" as const],
            })),
            ...(reads?.topics ?? []).map((name) => ({
              resource: { type: "topic" as const, name, patternType: literal },
              operations: ["Describe" as const, "Read" as const],
            })),
            ...(reads
              ? [
                  {
                    resource: { type: "group" as const, name: reads.group, patternType: literal },
                    operations: ["Read" as const],
                  },
                ]
              : []),
          ],
        },
      },
    });
  }
}
