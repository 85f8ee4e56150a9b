import { defaultBranchPrefix, namespaces, parsePlanTrigger, repositoryPattern } from "@froussard/contract";
import * as z from "zod";
import { field, must } from "./field.ts";
import { secretNames } from "./secret-names.ts";

const { text, name, whole, choice, flag, list, listOfSome, address, host, cidr, image, quantity, resources } = field;

const triggerText = "author, command or label:<name>";
const canMatchRepository = (glob: string) =>
  ["", "x"].some((run) => repositoryPattern.test(glob.replaceAll("?", "x").replaceAll("*", run)));

const github = z.strictObject({
  credential: choice(["token"])
    .default("token")
    .meta({ description: "How the programs sign in to GitHub; a GitHub App can not be used yet" }),
  apiUrl: address("https://github.example.com/api/v3")
    .optional()
    .meta({ description: "API of a GitHub Enterprise Server; left out: github.com" }),
  baseBranch: text("a branch", /^(?!-)[A-Za-z0-9._/-]{1,200}$/)
    .optional()
    .meta({ description: "Branch that work starts from; left out: each repository's default branch" }),
  branchPrefix: text("the beginning of a branch's name", /^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/)
    .default(defaultBranchPrefix)
    .meta({ description: "What our branches begin with" }),
  hooks: list(
    text("owner/name=<id>, org=<id> or <id>", /^(?:[A-Za-z0-9][\w.-]*(?:\/[\w.-]+)?=)?[1-9][0-9]*$/),
    "webhooks",
  )
    .default([])
    .meta({
      description: "Webhooks whose failed deliveries are asked for again: `owner/name=<id>`, `org=<id>` or `<id>`",
    }),
});

const kafka = z.strictObject({
  cluster: name("the name of the Kafka object")
    .default("kafka")
    .meta({ description: "Name of the Strimzi `Kafka` object; its topics and users carry it as their label" }),
  bootstrapServers: text("a comma list of host:port", /^[a-z0-9.-]+:[0-9]{1,5}(?:,[a-z0-9.-]+:[0-9]{1,5})*$/)
    .optional()
    .meta({ description: "Brokers; left out: the cluster's bootstrap Service, at 9092, or at 9093 with TLS" }),
  tls: flag().default(false).meta({
    description:
      "Whether the listener speaks TLS; then the Secret `<cluster>-cluster-ca-cert` (key `ca.crt`) is needed in both namespaces that connect",
  }),
});

const images = z.strictObject({
  service: image()
    .default("ghcr.io/gregkonush/froussard:0.1.0")
    .meta({ description: "Image of `froussard serve` and `froussard watch`" }),
  runner: image()
    .default("ghcr.io/gregkonush/codex-runner:0.1.0")
    .meta({ description: "Image of `codex-runner mediator` and `codex-runner report`" }),
  agent: image()
    .default("ghcr.io/gregkonush/codex-agent:0.1.0")
    .meta({ description: "Image of `codex-runner agent`: Codex, and the tools that the repositories need" }),
});

const service = z.strictObject({
  replicas: whole(1, 20, "a number of pods").default(2).meta({ description: "Pods of `serve`; `watch` is always one" }),
  shutdownGraceSeconds: whole(5, 300, "seconds")
    .default(20)
    .meta({ description: "How long a stopping pod may finish what it has in hand" }),
  logLevel: choice(["debug", "info", "warn", "error"])
    .default("info")
    .meta({ description: "Least level that is logged" }),
  serve: resources("500m", "512Mi").meta({ description: "A pod of `serve`" }),
  watch: resources("500m", "512Mi").meta({ description: "The pod of `watch`" }),
  otlpEndpoint: address("http://collector.monitoring:4318")
    .optional()
    .meta({ description: "OpenTelemetry collector that traces go to, OTLP over HTTP; left out: no traces" }),
  deadLetterToken: flag().default(false).meta({
    description:
      "Whether the Sensor shows a token with dead letters; without it the NetworkPolicy alone keeps others out",
  }),
});

const ingressHost = host().meta({ description: "Host that GitHub sends webhooks to, at `/webhooks/github`" });
const ingress = z
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

const codex = z.strictObject({
  model: text("the name of a model", /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$/)
    .default("gpt-6.1-sol")
    .meta({ description: "Model" }),
  effort: choice(["minimal", "low", "medium", "high", "xhigh", "max", "ultra"])
    .default("high")
    .meta({ description: "Reasoning effort" }),
  webSearch: choice(["disabled", "cached", "live"]).optional().meta({
    description:
      "Web search; left out: `live`, and `cached` for private repositories, whose text a live search can carry out",
  }),
  tokenBudget: whole(1_000, 1_000_000_000, "tokens")
    .default(2_000_000)
    .meta({ description: "Tokens that one run may use, all its attempts together" }),
  deadlineMinutes: whole(1, 24 * 60, "minutes")
    .default(60)
    .meta({ description: "Longest that Codex works in one attempt" }),
  idleMinutes: whole(1, 24 * 60, "minutes")
    .default(10)
    .meta({ description: "Longest silence of Codex before it is stopped" }),
  openaiUrl: address("https://models.example.com/v1")
    .optional()
    .meta({ description: "Model provider; left out: OpenAI" }),
});

const runs = z.strictObject(
  {
    apiServerCidrs: listOfSome(cidr(), "address ranges").meta({
      description:
        "Addresses of the Kubernetes API server, Service and endpoints (`kubectl get service,endpoints kubernetes -n default`): all that an agent may reach besides its mediator",
    }),
    egressHosts: list(host(), "hosts")
      .max(0, must("empty: the mediator can not open a way out for its agent yet"))
      .default([])
      .meta({
        description:
          "Hosts that an agent may reach through its mediator; must be empty, for the mediator can not do that yet",
      }),
    concurrency: whole(1, 1_000, "a number of runs").default(7).meta({ description: "Runs at the same time" }),
    retries: whole(0, 5, "a number of times")
      .default(2)
      .meta({ description: "How often a failed attempt is begun again" }),
    mediator: resources("1", "1Gi").meta({ description: "The pod of a mediator" }),
    agent: resources("2", "4Gi").meta({ description: "The pod of an agent" }),
    workspace: quantity("room")
      .default("10Gi")
      .meta({ description: "Room for the agent's working copy, and for the mediator's clone" }),
  },
  must("an object with apiServerCidrs"),
);

const busReplicas = "1, or from 3 to 9";
const eventBus = z.strictObject({
  replicas: z
    .int(must(busReplicas))
    .refine((value) => value === 1 || (value >= 3 && value <= 9), must(busReplicas))
    .default(3)
    .meta({ description: "Servers of the event bus: 1, or at least 3" }),
  volumeGi: whole(4, 1_000, "GiB")
    .default(10)
    .meta({ description: "Volume of each server in GiB; the stream fills at most half" }),
  storageClass: name("a StorageClass")
    .optional()
    .meta({ description: "Its StorageClass; left out: the cluster's default" }),
});

const externalSecrets = z
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

const monitoring = z.strictObject({
  serviceMonitor: flag()
    .default(false)
    .meta({ description: "Whether a ServiceMonitor is made (needs the Prometheus operator)" }),
  namespace: name("a namespace")
    .default("monitoring")
    .meta({ description: "Where Prometheus runs: it may read /metrics" }),
  labels: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: "Labels of the ServiceMonitor that Prometheus selects by" }),
});

const argoCd = z.strictObject(
  {
    repoUrl: text("the address of a Git repository", /^(?:https?:\/\/|ssh:\/\/|git@)[^\s]+$/).meta({
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

/** All settings of the deployment; descriptions and defaults make `docs/settings.md`. */
export const settingsSchema = z
  .strictObject({
    approvers: listOfSome(
      text(
        "a login, or login:id with the account's numeric id",
        /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}(?::[1-9][0-9]{0,14})?$/,
      ),
      "GitHub logins",
    ).meta({
      description: "Who may start planning and approve plans: `login`, or `login:id`, which survives a renaming",
    }),
    repositories: listOfSome(
      z.string(must("owner/name")).refine(canMatchRepository, must("owner/name or a glob such as octocat/*")),
      "repositories",
    ).meta({ description: "What is served: `owner/name` or globs such as `octocat/*`" }),
    planTrigger: z
      .string(must(triggerText))
      .refine((value) => parsePlanTrigger(value) !== undefined, must(triggerText))
      .default("author")
      .meta({
        description:
          "What starts planning: an issue opened by an approver (`author`), a label put on by one (`label:<name>`), or only `/plan` (`command`)",
      }),
    namespaces: z
      .strictObject({
        service: name("a namespace").default(namespaces.service).meta({ description: "`serve` and `watch`" }),
        workflows: name("a namespace")
          .default(namespaces.workflows)
          .meta({ description: "Event bus, EventSource, Sensor, WorkflowTemplate, and the runs" }),
        kafka: name("a namespace").default(namespaces.kafka).meta({ description: "Brokers, topics and users" }),
        ownsWorkflows: flag().default(true).meta({
          description:
            "Whether the workflows' Namespace is ours to make, and to label `restricted`; `false` where Argo's own installation owns it, whose pods may be less",
        }),
      })
      .prefault({})
      .meta({ description: "Namespaces" }),
    github: github.prefault({}).meta({ description: "GitHub" }),
    kafka: kafka.prefault({}).meta({ description: "Kafka" }),
    images: images.prefault({}).meta({ description: "Images, by digest or tag" }),
    service: service.prefault({}).meta({ description: "The webhook service" }),
    ingress: ingress.meta({ description: "How GitHub reaches the service" }),
    codex: codex.prefault({}).meta({ description: "Codex, and what a run may cost" }),
    runs: runs.meta({ description: "The runs" }),
    eventBus: eventBus.prefault({}).meta({ description: "The event bus" }),
    secretNames: secretNames.prefault({}).meta({ description: "Names of the Secrets; see [secrets](secrets.md)" }),
    externalSecrets: externalSecrets.meta({ description: "Where the Secrets come from" }),
    monitoring: monitoring.prefault({}).meta({ description: "Prometheus" }),
    argoCd: argoCd.meta({ description: "The Argo CD Application" }),
  })
  .superRefine(({ codex, namespaces: { service, workflows, kafka }, github: { hooks }, repositories }, context) => {
    const fault = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
    const { idleMinutes, deadlineMinutes } = codex;
    if (idleMinutes > deadlineMinutes)
      fault(["codex", "idleMinutes"], `must be at most codex.deadlineMinutes (${deadlineMinutes}), not ${idleMinutes}`);
    const three = [service, workflows, kafka];
    if (new Set(three).size < three.length)
      fault(["namespaces"], `must be three, not ${three.join(", ")}: each keeps Secrets that the others must not see`);
    const isOne = repositories.length === 1 && !/[*?]/.test(repositories[0] ?? "");
    const bare = hooks.filter((hook) => !hook.includes("="));
    if (bare.length > 0 && !isOne)
      fault(
        ["github", "hooks"],
        `an id alone needs exactly one repository; write owner/name=<id>, not ${bare.join(", ")}`,
      );
  });

/** What is written in `infra/settings.ts`. */
export type SettingsInput = z.input<typeof settingsSchema>;
export type Settings = z.output<typeof settingsSchema>;
