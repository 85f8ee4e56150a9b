import { ApiObject, JsonPatch } from "cdk8s";
import { k8s } from "cdk8s-plus-28";
import { Construct } from "constructs";
import { authorityMounts, authorityVolumes } from "./authorities.ts";
import { environment, type Variables } from "./environment.ts";
import { type GitHubSignIn, signInMounts, signInVolumes } from "./github-sign-in.ts";
import { type Component, labelsOf, selectorOf } from "./labels.ts";
import { restrictedContainer, restrictedPod } from "./pod-security.ts";
import { type ResourceProps, resources } from "./resources.ts";
import { movesSoon } from "./tolerations.ts";

/** Until Services and Ingresses send no more to a stopping pod. */
const drainSeconds = 5;
/** Where the brokers' certificate authority is mounted. */
export const caFolder = "/etc/kafka-ca";

export interface ProgramDeploymentProps {
  name: string;
  namespace: string;
  component: Component;
  image: string;
  /** Secrets that the image is pulled with. @default - none */
  pullSecrets?: readonly string[];
  /** Arguments of the image's entrypoint. */
  args: readonly string[];
  variables: Variables;
  /** Port by name; health is asked at `http`. */
  ports: { http: number } & Record<string, number>;
  resources: ResourceProps;
  /** How long it finishes what it has in hand after SIGTERM, in seconds. */
  shutdownGraceSeconds: number;
  /** How many, spread over nodes. @default - one, whose predecessor is gone before it begins */
  replicas?: number;
  /** Whether it speaks to the Kubernetes API. @default false */
  usesKubernetes?: boolean;
  /** Secret with the brokers' certificate authority, mounted at {@link caFolder}. @default - none */
  kafkaCa?: string;
  /** ConfigMap with authorities to trust besides the public ones, mounted. @default - none */
  authorities?: string | undefined;
  /** How it signs in to GitHub; the key of an App is mounted. @default - it does not */
  gitHub?: GitHubSignIn;
}

/** Pods of one of the service's programs, in an account of their own. */
export class ProgramDeployment extends Construct {
  constructor(scope: Construct, id: string, props: ProgramDeploymentProps) {
    super(scope, id);
    const { name, namespace, component, replicas, usesKubernetes = false, shutdownGraceSeconds } = props;
    const { pullSecrets = [] } = props;
    const metadata = { name, namespace, labels: labelsOf(component) };
    const selector = { matchLabels: selectorOf(component) };
    new k8s.KubeServiceAccount(this, "account", { metadata, automountServiceAccountToken: false });
    const manifest = k8s.KubeDeployment.manifest({
      metadata,
      spec: {
        replicas: replicas ?? 1,
        selector,
        strategy:
          replicas === undefined
            ? { type: "Recreate" }
            : {
                type: "RollingUpdate",
                rollingUpdate: {
                  maxUnavailable: k8s.IntOrString.fromNumber(0),
                  maxSurge: k8s.IntOrString.fromNumber(1),
                },
              },
        template: {
          metadata: { labels: labelsOf(component) },
          spec: {
            serviceAccountName: name,
            automountServiceAccountToken: usesKubernetes,
            enableServiceLinks: false,
            ...(pullSecrets.length > 0 && { imagePullSecrets: pullSecrets.map((name) => ({ name })) }),
            securityContext: restrictedPod(),
            terminationGracePeriodSeconds: drainSeconds + shutdownGraceSeconds + 10,
            ...(replicas === undefined
              ? { tolerations: movesSoon() }
              : {
                  topologySpreadConstraints: ["kubernetes.io/hostname", "topology.kubernetes.io/zone"].map(
                    (topologyKey) => ({
                      ...{ maxSkew: 1, topologyKey, whenUnsatisfiable: "ScheduleAnyway", labelSelector: selector },
                    }),
                  ),
                }),
            containers: [container(props)],
            volumes: [
              { name: "tmp", emptyDir: { sizeLimit: k8s.Quantity.fromString("64Mi") } },
              ...(props.kafkaCa === undefined ? [] : [{ name: "kafka-ca", secret: { secretName: props.kafkaCa } }]),
              ...authorityVolumes(props.authorities),
              ...(props.gitHub ? signInVolumes(props.gitHub) : []),
            ],
          },
        },
      },
    });
    const drain = JsonPatch.add("/spec/template/spec/containers/0/lifecycle", {
      preStop: { sleep: { seconds: drainSeconds } },
    });
    // Kubernetes has that pause since 1.30; the classes are of 1.28 and would drop it.
    new ApiObject(this, "deployment", manifest).addJsonPatch(drain);
  }
}

function container(props: ProgramDeploymentProps): k8s.Container {
  const probe = (path: string) => ({
    httpGet: { path, port: k8s.IntOrString.fromString("http") },
    periodSeconds: 5,
    timeoutSeconds: 3,
  });
  const { requests, limits } = resources(props.resources);
  const quantities = (values: Record<string, string>) =>
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key, k8s.Quantity.fromString(value)]));
  return {
    name: "main",
    image: props.image,
    args: [...props.args],
    env: environment(props.variables),
    ports: Object.entries(props.ports).map(([name, containerPort]) => ({ name, containerPort })),
    // It asks GitHub who the listed people are before it listens, and waits while GitHub does not answer.
    startupProbe: { ...probe("/health/liveness"), failureThreshold: 60 },
    livenessProbe: { ...probe("/health/liveness"), periodSeconds: 10, failureThreshold: 6 },
    readinessProbe: { ...probe("/health/readiness"), failureThreshold: 2 },
    resources: { requests: quantities(requests), limits: quantities(limits) },
    securityContext: restrictedContainer(),
    volumeMounts: [
      { name: "tmp", mountPath: "/tmp" },
      ...(props.kafkaCa === undefined ? [] : [{ name: "kafka-ca", mountPath: caFolder, readOnly: true }]),
      ...authorityMounts(props.authorities),
      ...(props.gitHub ? signInMounts(props.gitHub) : []),
    ],
  };
}
