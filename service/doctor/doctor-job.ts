import { componentLabel, defaultNamespaces, type Namespaces } from "./deployed-names.ts";
import type { Kind } from "./kubernetes/cluster-reader.ts";
import { kinds } from "./kubernetes/kinds.ts";
import type { PodSpec } from "./kubernetes/objects.ts";

const name = "froussard-doctor";
const labels = { "app.kubernetes.io/part-of": "froussard", [componentLabel]: "doctor" };

/** What is read in each namespace. */
const readIn: Record<keyof Namespaces, readonly Kind<unknown>[]> = {
  service: [
    kinds.deployments,
    kinds.pods,
    kinds.secrets,
    kinds.configMaps,
    kinds.serviceAccounts,
    kinds.networkPolicies,
  ],
  workflows: [
    ...[kinds.pods, kinds.secrets, kinds.configMaps, kinds.serviceAccounts, kinds.networkPolicies, kinds.roles],
    ...[
      kinds.roleBindings,
      kinds.eventBuses,
      kinds.eventSources,
      kinds.sensors,
      kinds.workflowTemplates,
      kinds.workflows,
    ],
  ],
  kafka: [kinds.kafkaTopics, kinds.kafkaUsers, kinds.secrets],
};

/** The line that looks from inside the cluster, and takes away again what it needed. Pure. */
export function insideLine(namespaces: Namespaces): string {
  const flags = namespaceFlags(namespaces)
    .map((flag) => ` ${flag}`)
    .join("");
  const job = `npm run --silent doctor --${flags} --job`;
  return `${job} | kubectl apply -f - && kubectl logs -n ${namespaces.service} -f --pod-running-timeout=1m job/${name}; ${job} | kubectl delete -f -`;
}

function namespaceFlags(namespaces: Namespaces): string[] {
  return (Object.keys(defaultNamespaces) as (keyof Namespaces)[]).flatMap((side) =>
    namespaces[side] === defaultNamespaces[side] ? [] : [`--${side}-namespace=${namespaces[side]}`],
  );
}

/**
 * A Job that looks from inside, with an account that may read exactly what is looked at, and a NetworkPolicy that lets it
 * out; the service's namespace lets nobody out by itself. Image, pull secrets and trusted authorities are those of `serve`.
 * Pure.
 */
export function doctorJob(namespaces: Namespaces, serve: PodSpec): object {
  const { service } = namespaces;
  const metadata = { name, namespace: service, labels };
  return {
    apiVersion: "v1",
    kind: "List",
    items: [
      { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
      ...rightsIn(namespaces),
      {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata,
        spec: {
          podSelector: { matchLabels: labels },
          policyTypes: ["Ingress", "Egress"],
          ingress: [],
          egress: [{}],
        },
      },
      {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata,
        spec: {
          backoffLimit: 0,
          activeDeadlineSeconds: 300,
          ttlSecondsAfterFinished: 3600,
          template: { metadata: { labels }, spec: podOf(namespaces, serve) },
        },
      },
    ],
  };
}

function rightsIn(namespaces: Namespaces): object[] {
  return (Object.keys(readIn) as (keyof Namespaces)[]).flatMap((side) => {
    const metadata = { name, namespace: namespaces[side], labels };
    const rules = readIn[side].map(({ api, plural }) => ({
      apiGroups: [/^apis\/([^/]+)\//.exec(api)?.[1] ?? ""],
      resources: side === "service" && plural === "pods" ? ["pods", "pods/proxy"] : [plural],
      // Secrets are asked for by name, and need not be found otherwise.
      verbs: plural === "secrets" ? ["get"] : ["get", "list"],
    }));
    return [
      { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata, rules },
      {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "RoleBinding",
        metadata,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
        subjects: [{ kind: "ServiceAccount", name, namespace: namespaces.service }],
      },
    ];
  });
}

function podOf(namespaces: Namespaces, { containers: [main], volumes, imagePullSecrets }: PodSpec): object {
  const authorities = volumes.filter(({ configMap }) => configMap);
  const isAuthority = ({ name }: { name: string }) => authorities.some((each) => each.name === name);
  return {
    restartPolicy: "Never",
    serviceAccountName: name,
    automountServiceAccountToken: true,
    enableServiceLinks: false,
    ...(imagePullSecrets && { imagePullSecrets }),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      seccompProfile: { type: "RuntimeDefault" },
    },
    volumes: authorities,
    containers: [
      {
        name: "doctor",
        image: main?.image,
        args: ["doctor", ...namespaceFlags(namespaces)],
        env: main?.env.filter((variable) => variable.name === "NODE_EXTRA_CA_CERTS"),
        volumeMounts: main?.volumeMounts.filter(isAuthority).map((mount) => ({ ...mount, readOnly: true })),
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "512Mi" } },
      },
    ],
  };
}
