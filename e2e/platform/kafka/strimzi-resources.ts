import * as z from "zod";

/** Strimzi's label on everything that belongs to one `Kafka` object. */
export const clusterLabel = "strimzi.io/cluster";

const metadata = z.object({
  name: z.string(),
  namespace: z.string(),
  generation: z.number().optional(),
  labels: z.record(z.string(), z.string()).default({}),
});

const kafkaTopic = z.object({
  kind: z.literal("KafkaTopic"),
  metadata,
  spec: z.strictObject({
    topicName: z.string().optional(),
    partitions: z.int().positive(),
    replicas: z.int().positive(),
    config: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).default({}),
  }),
});

const operation = z.enum([
  ...["Read", "Write", "Create", "Delete", "Alter", "Describe", "ClusterAction"],
  ...["AlterConfigs", "DescribeConfigs", "IdempotentWrite", "All"],
] as const);
const resource = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.enum(["topic", "group"]),
    name: z.string().min(1),
    patternType: z.enum(["literal", "prefix"]).default("literal"),
  }),
  z.strictObject({ type: z.literal("cluster") }),
]);
const acl = z.strictObject({
  type: z.enum(["allow", "deny"]).default("allow"),
  resource,
  host: z.string().default("*"),
  operations: z.array(operation).min(1),
});

const kafkaUser = z.object({
  kind: z.literal("KafkaUser"),
  metadata,
  spec: z.strictObject({
    authentication: z.strictObject({
      type: z.literal("scram-sha-512"),
      /** Left out: the operator draws one. */
      password: z
        .strictObject({
          valueFrom: z.strictObject({
            secretKeyRef: z.strictObject({ name: z.string().min(1), key: z.string().min(1) }),
          }),
        })
        .optional(),
    }),
    authorization: z.strictObject({ type: z.literal("simple"), acls: z.array(acl) }),
  }),
});

export type KafkaTopic = z.output<typeof kafkaTopic>;
export type KafkaUser = z.output<typeof kafkaUser>;
export type UserAcl = z.output<typeof acl>;

/**
 * The objects as the API server holds them. Strict: what Strimzi knows and this stand-in does not do is refused, never
 * left out, since something would then be tried that was not set up.
 * @throws Error that names object, field and value
 */
export const readKafkaTopic = (object: unknown): KafkaTopic => read(kafkaTopic, object);
export const readKafkaUser = (object: unknown): KafkaUser => read(kafkaUser, object);

function read<T extends z.ZodType>(schema: T, object: unknown): z.output<T> {
  const result = schema.safeParse(object);
  if (result.success) return result.data;
  const { kind, metadata: { name = "without a name" } = {} } = object as {
    kind?: string;
    metadata?: { name?: string };
  };
  throw new Error(`${kind} ${name}: ${z.prettifyError(result.error).replaceAll("\n", " ")}`);
}
