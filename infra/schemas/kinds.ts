import type { JsonSchema } from "./json-schema.ts";
import type { SourceName } from "./versions.ts";

/** How a source tells a kind's schema. */
type Origin =
  | { readonly definitions: string; readonly definition: string }
  | { readonly crd: string }
  | { readonly declaration: string };

/** A kind that we synthesize, and the parts of it that crds/ keeps. */
export type Kind = Origin & {
  readonly source: SourceName;
  readonly apiVersion: string;
  readonly kind: string;
  /**
   * Properties to keep, by the path that leads to them ("" is the root); lists and maps are stepped through. Where a
   * path is not named, everything is kept. A field that is left out is refused.
   */
  readonly keep?: Readonly<Record<string, readonly string[]>>;
  /** Limits of numbers, by path, where the source has none. */
  readonly limits?: Readonly<Record<string, Pick<JsonSchema, "type" | "minimum" | "maximum">>>;
  /** Folder below crds/, for a second version of a schema that is checked besides the first. */
  readonly folder?: string;
};

/** What we set in an object's metadata; the rest is written by the API server. */
export const metadataFields = [
  "name",
  "generateName",
  "namespace",
  "labels",
  "annotations",
  "finalizers",
  "ownerReferences",
];

/** Kubernetes' own kinds, the metadata of every object among them. */
export const kubernetesDefinitions = "api/openapi-spec/swagger.json";

const core = (apiVersion: string, kind: string, definition: string, keep: Kind["keep"] = {}): Kind => ({
  source: "kubernetes",
  definitions: kubernetesDefinitions,
  definition: `io.k8s.api.${definition}.${kind}`,
  apiVersion,
  kind,
  keep,
});

/** Volumes without what only clouds and storage vendors offer. */
const volumes = ["name", "configMap", "downwardAPI", "emptyDir", "persistentVolumeClaim", "projected", "secret"];

/** What Argo Events lets us set on its own containers, as far as it matters: image and command are its own affair. */
const container = ["imagePullPolicy", "resources", "securityContext"];

const events = (kind: string, keep: NonNullable<Kind["keep"]>): Kind => ({
  source: "argoEvents",
  definitions: "api/jsonschema/schema.json",
  definition: `io.argoproj.events.v1alpha1.${kind}`,
  apiVersion: "argoproj.io/v1alpha1",
  kind,
  keep,
});

const workflowKinds: readonly Pick<Kind, "kind" | "keep">[] = [
  { kind: "WorkflowTemplate", keep: { "spec.templates.volumes": volumes } },
  // As the Sensor creates it, or `argo submit --from`.
  {
    kind: "Workflow",
    keep: {
      spec: ["arguments", "workflowTemplateRef", "entrypoint", "serviceAccountName", "priority", "shutdown", "suspend"],
    },
  },
];

const workflows = (source: SourceName, folder?: string): Kind[] =>
  workflowKinds.map(({ kind, keep }) => ({
    source,
    definitions: "api/jsonschema/schema.json",
    definition: `io.argoproj.workflow.v1alpha1.${kind}`,
    apiVersion: "argoproj.io/v1alpha1",
    kind,
    ...(keep && { keep }),
    ...(folder && { folder }),
  }));

export const kinds: readonly Kind[] = [
  core("v1", "Namespace", "core.v1"),
  core("v1", "ServiceAccount", "core.v1"),
  // Secrets come from elsewhere: one of ours has no data, and so no field for it.
  core("v1", "Secret", "core.v1", { "": ["apiVersion", "kind", "metadata", "type"] }),
  core("v1", "ConfigMap", "core.v1"),
  core("v1", "Service", "core.v1"),
  core("apps/v1", "Deployment", "apps.v1", { "spec.template.spec.volumes": volumes }),
  core("policy/v1", "PodDisruptionBudget", "policy.v1"),
  core("networking.k8s.io/v1", "NetworkPolicy", "networking.v1"),
  core("networking.k8s.io/v1", "Ingress", "networking.v1"),
  core("rbac.authorization.k8s.io/v1", "Role", "rbac.v1"),
  core("rbac.authorization.k8s.io/v1", "RoleBinding", "rbac.v1"),
  events("EventBus", {
    spec: ["jetstream"],
    "spec.jetstream.containerTemplate": container,
    "spec.jetstream.reloaderContainerTemplate": container,
    "spec.jetstream.metricsContainerTemplate": container,
  }),
  events("EventSource", {
    spec: ["eventBusName", "kafka", "replicas", "template"],
    "spec.template.container": [...container, "env", "volumeMounts"],
    "spec.template.volumes": volumes,
  }),
  events("Sensor", {
    "spec.template.container": [...container, "env", "volumeMounts"],
    "spec.template.volumes": volumes,
    "spec.triggers.template": ["name", "conditions", "conditionsReset", "http", "k8s", "log"],
    "spec.triggers.template.k8s.source": ["resource"],
  }),
  ...workflows("argoWorkflows"),
  ...workflows("argoWorkflows4", "argo-workflows-4"),
  {
    source: "strimzi",
    declaration: "kafka.strimzi.io/v1/KafkaTopic.d.ts",
    apiVersion: "kafka.strimzi.io/v1",
    kind: "KafkaTopic",
    limits: {
      "spec.partitions": { type: "integer", minimum: 1 },
      "spec.replicas": { type: "integer", minimum: 1, maximum: 32_767 },
    },
  },
  {
    source: "strimzi",
    declaration: "kafka.strimzi.io/v1/KafkaUser.d.ts",
    apiVersion: "kafka.strimzi.io/v1",
    kind: "KafkaUser",
    limits: {
      "spec.quotas.producerByteRate": { type: "integer", minimum: 0 },
      "spec.quotas.consumerByteRate": { type: "integer", minimum: 0 },
      "spec.quotas.requestPercentage": { type: "integer", minimum: 0 },
      "spec.quotas.controllerMutationRate": { minimum: 0 },
    },
  },
  {
    source: "argoCd",
    crd: "manifests/crds/application-crd.yaml",
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    keep: {
      "": ["apiVersion", "kind", "metadata", "spec"],
      spec: ["destination", "ignoreDifferences", "info", "project", "revisionHistoryLimit", "source", "syncPolicy"],
      "spec.source": ["directory", "kustomize", "path", "repoURL", "targetRevision"],
    },
  },
  {
    source: "externalSecrets",
    crd: "config/crds/bases/external-secrets.io_externalsecrets.yaml",
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
  },
  {
    source: "prometheusOperator",
    crd: "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
  },
  {
    source: "prometheusOperator",
    crd: "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    apiVersion: "monitoring.coreos.com/v1",
    kind: "PrometheusRule",
  },
  {
    source: "gatewayApi",
    crd: "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
  },
];
