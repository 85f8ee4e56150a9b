import * as z from "zod";
import { field, must } from "./field.ts";

const { text, name, choice, flag, listOfSome, address, host } = field;

const ingressHost = host().meta({ description: "Host that GitHub sends webhooks to, at `/webhooks/github`" });
/** How GitHub reaches the service. */
export const ingress = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({ kind: z.literal("none").meta({ description: "Other means make it reachable" }) }),
      z.strictObject({
        kind: z.literal("ingress").meta({ description: "An Ingress" }),
        host: ingressHost,
        className: name("an Ingress class")
          .optional()
          .meta({ description: "Its class; left out: the cluster's default" }),
        tlsSecret: name("a TLS Secret")
          .optional()
          .meta({ description: "Secret with the host's certificate; left out: TLS ends elsewhere" }),
        annotations: z
          .record(z.string(), z.string())
          .default({})
          .meta({ description: "Annotations for its controller" }),
      }),
      z.strictObject({
        kind: z.literal("httpRoute").meta({ description: "An HTTPRoute of the Gateway API" }),
        host: ingressHost,
        parentRefs: listOfSome(
          z.strictObject({
            name: name("a Gateway").meta({ description: "A Gateway" }),
            namespace: name("its namespace").optional().meta({ description: "Its namespace; left out: the service's" }),
            sectionName: name("its listener").optional().meta({ description: "Its listener; left out: all" }),
          }),
          "Gateways",
        ).meta({ description: "Gateways that the route hangs on" }),
      }),
    ],
    must("an object whose kind is none, ingress or httpRoute"),
  )
  .default({ kind: "none" });

/** Where the Secrets come from. */
export const externalSecrets = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({ kind: z.literal("none").meta({ description: "People or other means create the Secrets" }) }),
      z.strictObject({
        kind: z.literal("store").meta({ description: "ExternalSecret objects fetch them from a store" }),
        store: name("a store").meta({ description: "The store's name" }),
        storeKind: choice(["ClusterSecretStore", "SecretStore"])
          .default("ClusterSecretStore")
          .meta({ description: "The store's kind; a SecretStore is needed in each namespace" }),
        prefix: text("a path", /^[\w./-]*$/)
          .default("froussard/")
          .meta({ description: "Begins the remote key; the Secret's name follows, its keys are properties" }),
        refreshInterval: text("a time such as 1h", /^[0-9]+[smh]$/)
          .default("1h")
          .meta({ description: "How often it is looked for a change" }),
      }),
    ],
    must("an object whose kind is none or store"),
  )
  .default({ kind: "none" });

const labelValues = z.record(
  z.string().regex(/^(?:[a-z0-9.-]+\/)?[A-Za-z0-9][\w.-]{0,62}$/, must("the name of a label")),
  text("the value of a label", /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/),
);

const dashboard = z.strictObject({
  enabled: flag().default(false).meta({
    description: "Whether a ConfigMap with the dashboard is made, which the sidecar of Grafana's chart loads",
  }),
  namespace: name("a namespace").optional().meta({
    description:
      "Where Grafana's sidecar looks for it; left out: the service's namespace, for a sidecar that looks in all",
  }),
  labels: labelValues
    .refine((labels) => Object.keys(labels).length > 0, must("at least one label"))
    .default({ grafana_dashboard: "1" })
    .meta({ description: "Labels that the sidecar selects by" }),
  folder: text("the name of a folder", /^[^\0-\x1f"\\]{1,100}$/)
    .optional()
    .meta({ description: "Grafana's folder, where the sidecar obeys the annotation `grafana_folder`" }),
});

/** What reads the metrics. */
export const monitoring = z.strictObject({
  serviceMonitor: flag()
    .default(false)
    .meta({ description: "Whether a ServiceMonitor is made (needs the Prometheus operator)" }),
  namespace: name("a namespace")
    .default("monitoring")
    .meta({ description: "Where Prometheus runs: it may read /metrics" }),
  labels: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: "Labels of ServiceMonitor and PrometheusRule that Prometheus selects by" }),
  alerts: flag().default(false).meta({
    description:
      "Whether a PrometheusRule with the alerts is made (needs `serviceMonitor`); see [alerts](alerts.md), also for what else Prometheus has to read",
  }),
  runbookUrl: address("https://git.example.com/owner/name/blob/main/docs/alerts.md").optional().meta({
    description:
      "Page that alerts lead to, each at its own heading; left out: `docs/alerts.md` in the repository of `argoCd.repoUrl`, at `argoCd.revision`",
  }),
  dashboard: dashboard.prefault({}).meta({ description: "Grafana's dashboard" }),
});

/** What deploys it. */
export const argoCd = z.strictObject(
  {
    repoUrl: text(
      "the address of a Git repository, without a password",
      /^(?:https?:\/\/[^\s@]+|ssh:\/\/(?:[\w.-]+@)?[^\s@]+|git@[^\s@]+)$/,
    ).meta({
      description: "Git repository that holds `dist/`",
    }),
    revision: text("a branch, tag or commit", /^[A-Za-z0-9._/-]+$/)
      .default("main")
      .meta({ description: "What is synced of it" }),
    path: text("a folder", /^[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/)
      .default("dist/argocd/applications/froussard")
      .meta({ description: "The synced folder in that repository" }),
    namespace: name("a namespace").default("argocd").meta({ description: "Where Argo CD runs" }),
    project: name("a project").default("default").meta({ description: "Argo CD's project" }),
    server: address("https://kubernetes.default.svc")
      .default("https://kubernetes.default.svc")
      .meta({ description: "The cluster that is deployed to" }),
  },
  must("an object with repoUrl"),
);
