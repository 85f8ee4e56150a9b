import * as z from "zod";

/** The parts of Kubernetes' objects that are looked at. Everything that a controller writes may be missing. */
const metadata = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  creationTimestamp: z.string().nullish(),
  labels: z.record(z.string(), z.string()).default({}),
  ownerReferences: z.array(z.object({ kind: z.string() })).default([]),
});

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().nullish(),
  message: z.string().nullish(),
});
export type Condition = z.infer<typeof condition>;

const keyOf = z.object({ name: z.string(), key: z.string(), optional: z.boolean().optional() });
export type KeyReference = z.infer<typeof keyOf>;

const variable = z.object({
  name: z.string(),
  value: z.string().optional(),
  valueFrom: z.object({ secretKeyRef: keyOf.optional() }).optional(),
});

const container = z.object({
  name: z.string().default("main"),
  image: z.string().default(""),
  env: z.array(variable).default([]),
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.number() })).default([]),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })).default([]),
});
export type Container = z.infer<typeof container>;

const item = z.object({ key: z.string(), path: z.string() });
const volume = z.object({
  name: z.string(),
  secret: z.object({ secretName: z.string(), items: z.array(item).optional() }).optional(),
  configMap: z.object({ name: z.string(), items: z.array(item).optional() }).optional(),
});

export const podSpec = z.object({
  serviceAccountName: z.string().optional(),
  imagePullSecrets: z.array(z.object({ name: z.string() })).optional(),
  containers: z.array(container).default([]),
  volumes: z.array(volume).default([]),
});
export type PodSpec = z.infer<typeof podSpec>;

export const deployment = z.object({
  metadata,
  spec: z.object({ replicas: z.number().default(1), template: z.object({ spec: podSpec }) }),
  status: z
    .object({
      availableReplicas: z.number().default(0),
      updatedReplicas: z.number().default(0),
      conditions: z.array(condition).default([]),
    })
    .default({ availableReplicas: 0, updatedReplicas: 0, conditions: [] }),
});
export type Deployment = z.infer<typeof deployment>;

const stateOf = z.object({ reason: z.string().nullish(), message: z.string().nullish() });
const containerStatus = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  restartCount: z.number().default(0),
  state: z.object({ waiting: stateOf.nullish(), terminated: stateOf.nullish() }).default({}),
});
export const pod = z.object({
  metadata,
  spec: podSpec.default({ containers: [], volumes: [] }),
  status: z
    .object({
      phase: z.string().default("Unknown"),
      conditions: z.array(condition).default([]),
      containerStatuses: z.array(containerStatus).default([]),
      initContainerStatuses: z.array(containerStatus).default([]),
    })
    .default({ phase: "Unknown", conditions: [], containerStatuses: [], initContainerStatuses: [] }),
});
export type Pod = z.infer<typeof pod>;

/** Values as they are, base64 taken off; they go nowhere but into comparisons and requests. */
export const secret = z.object({
  metadata,
  data: z
    .record(z.string(), z.string())
    .default({})
    .transform(
      (data) =>
        new Map(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString("utf8")])),
    ),
});
export type Secret = z.infer<typeof secret>;

export const configMap = z.object({ metadata, data: z.record(z.string(), z.string()).default({}) });
export type ConfigMap = z.infer<typeof configMap>;

export const serviceAccount = z.object({ metadata });

const rule = z.object({
  apiGroups: z.array(z.string()).default([]),
  resources: z.array(z.string()).default([]),
  verbs: z.array(z.string()).default([]),
});
export const role = z.object({ metadata, rules: z.array(rule).nullish() });
export type Role = z.infer<typeof role>;
export const roleBinding = z.object({
  metadata,
  roleRef: z.object({ kind: z.string(), name: z.string() }),
  subjects: z.array(z.object({ kind: z.string(), name: z.string(), namespace: z.string().optional() })).nullish(),
});
export type RoleBinding = z.infer<typeof roleBinding>;

export const networkPolicy = z.object({
  metadata,
  spec: z.object({
    podSelector: z.object({ matchLabels: z.record(z.string(), z.string()).default({}) }).default({ matchLabels: {} }),
    policyTypes: z.array(z.string()).default([]),
  }),
});
export type NetworkPolicy = z.infer<typeof networkPolicy>;

const controlled = { status: z.object({ conditions: z.array(condition).nullish() }).nullish() };

export const eventBus = z.object({
  metadata,
  spec: z.object({ jetstream: z.object({ replicas: z.number().default(3) }).optional() }),
  ...controlled,
});
export type EventBus = z.infer<typeof eventBus>;

const kafkaSource = z.object({
  url: z.string(),
  topic: z.string(),
  consumerGroup: z.object({ groupName: z.string() }).optional(),
  sasl: z
    .object({ mechanism: z.string().optional(), userSecret: keyOf.optional(), passwordSecret: keyOf.optional() })
    .optional(),
  tls: z.object({ caCertSecret: keyOf.optional() }).optional(),
});
const eventsTemplate = z.object({ serviceAccountName: z.string().optional() }).optional();
export const eventSource = z.object({
  metadata,
  spec: z.object({
    eventBusName: z.string().default("default"),
    kafka: z.record(z.string(), kafkaSource).default({}),
    template: eventsTemplate,
  }),
  ...controlled,
});
export type EventSource = z.infer<typeof eventSource>;

const parameter = z.object({ name: z.string(), value: z.string().nullish(), enum: z.array(z.string()).optional() });
const k8sTrigger = z.object({
  operation: z.string().optional(),
  source: z.object({
    resource: z
      .object({
        metadata: z.object({ namespace: z.string().optional() }).default({}),
        spec: z
          .object({
            arguments: z.object({ parameters: z.array(parameter).default([]) }).default({ parameters: [] }),
            workflowTemplateRef: z.object({ name: z.string() }).optional(),
          })
          .optional(),
      })
      .optional(),
  }),
});
export const sensor = z.object({
  metadata,
  spec: z.object({
    eventBusName: z.string().default("default"),
    dependencies: z
      .array(z.object({ name: z.string(), eventSourceName: z.string(), eventName: z.string() }))
      .default([]),
    template: eventsTemplate,
    triggers: z.array(z.object({ template: z.object({ name: z.string(), k8s: k8sTrigger.optional() }) })).default([]),
  }),
  ...controlled,
});
export type Sensor = z.infer<typeof sensor>;

export const workflowTemplate = z.object({
  metadata,
  spec: z.object({
    serviceAccountName: z.string().optional(),
    executor: z.object({ serviceAccountName: z.string().optional() }).optional(),
    arguments: z.object({ parameters: z.array(parameter).default([]) }).default({ parameters: [] }),
    ttlStrategy: z.object({ secondsAfterCompletion: z.number().optional() }).optional(),
    synchronization: z
      .object({ semaphores: z.array(z.object({ configMapKeyRef: keyOf.optional() })).default([]) })
      .optional(),
    templates: z
      .array(
        z.object({
          name: z.string(),
          container: container.optional(),
          volumes: z.array(volume).default([]),
        }),
      )
      .default([]),
  }),
});
export type WorkflowTemplate = z.infer<typeof workflowTemplate>;

export const workflow = z.object({
  metadata,
  status: z.object({ phase: z.string().nullish(), message: z.string().nullish() }).nullish(),
});
export type Workflow = z.infer<typeof workflow>;

export const kafkaTopic = z.object({
  metadata,
  spec: z.object({
    topicName: z.string().optional(),
    partitions: z.number().optional(),
    replicas: z.number().optional(),
    config: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  }),
  ...controlled,
});
export type KafkaTopic = z.infer<typeof kafkaTopic>;

const acl = z.object({
  operations: z.array(z.string()).default([]),
  resource: z.object({ type: z.string(), name: z.string().optional(), patternType: z.string().default("literal") }),
  type: z.string().default("allow"),
});
export const kafkaUser = z.object({
  metadata,
  spec: z.object({
    authentication: z
      .object({
        type: z.string().optional(),
        password: z.object({ valueFrom: z.object({ secretKeyRef: keyOf.optional() }).optional() }).optional(),
      })
      .optional(),
    authorization: z.object({ acls: z.array(acl).default([]) }).optional(),
  }),
  ...controlled,
});
export type KafkaUser = z.infer<typeof kafkaUser>;

export const versionInfo = z.object({ gitVersion: z.string() });
export const resourceList = z.object({ resources: z.array(z.object({ name: z.string() })) });
