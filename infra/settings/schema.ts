import {
  canMatchRepository,
  defaultBranchPrefix,
  kafkaUsers,
  namespaces,
  parsePlanTrigger,
  taskFields,
} from "@froussard/contract";
import * as z from "zod";
import { field, must } from "./field.ts";
import { changes, codex, eventBus, runs } from "./runs.ts";
import { secretNames } from "./secret-names.ts";
import { argoCd, externalSecrets, ingress, monitoring } from "./surroundings.ts";

const { text, name, whole, choice, flag, list, listOfSome, address, image, resources } = field;

const triggerText = "author, command or label:<name>";

function isHostAndPort(server: string): boolean {
  const [, port] = /^[a-z0-9.-]+:([1-9][0-9]{0,4})$/.exec(server) ?? [];
  return Number(port) <= 65_535;
}

/** As the task message takes it: with any other, no task would ever be made. */
const canBeBranch = (name: string) => taskFields["base"]?.safeParse(name).success === true;

const github = z.strictObject({
  credential: choice(["token", "app"]).default("token").meta({
    description:
      "How the programs sign in to GitHub: with an account's token, or as a GitHub App; see [GitHub App](github-app.md)",
  }),
  apiUrl: address("https://github.example.com/api/v3", { protocol: /^https$/ })
    .optional()
    .meta({ description: "API of a GitHub Enterprise Server; left out: github.com" }),
  baseBranch: text("a branch", /^(?!-)[A-Za-z0-9._/-]{1,200}$/)
    .refine(canBeBranch, must("a branch"))
    .optional()
    .meta({ description: "Branch that work starts from; left out: each repository's default branch" }),
  branchPrefix: text("the beginning of a branch's name", /^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/)
    .refine(canBeBranch, must("the beginning of a branch's name"))
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
  bootstrapServers: z
    .string(must("a comma list of host:port"))
    .refine((list) => list.split(",").every(isHostAndPort), must("a comma list of host:port"))
    .optional()
    .meta({ description: "Brokers; left out: the cluster's bootstrap Service, at 9092, or at 9093 with TLS" }),
  tls: flag().default(false).meta({
    description:
      "Whether the listener speaks TLS; then the Secret `<cluster>-cluster-ca-cert` (key `ca.crt`) is needed in both namespaces that connect",
  }),
});

const pullSecrets = (pods: string) =>
  list(name("the name of a Secret"), "names of Secrets")
    .default([])
    .meta({ description: `Pull secrets of ${pods}, in their namespace, for a registry that asks for a password` });

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
  pullSecrets: z
    .strictObject({
      service: pullSecrets("`serve` and `watch`"),
      workflows: pullSecrets("the runs, Argo's own containers included"),
    })
    .prefault({})
    .meta({ description: "Secrets of type `kubernetes.io/dockerconfigjson` that images are pulled with" }),
});

/** The programs' own limits and defaults; a test compares them. */
const loop = z.strictObject({
  repositorySeconds: whole(1, 3600, "seconds").default(10).meta({ description: "Between two questions for changes" }),
  freshPlanSeconds: whole(1, 60, "seconds")
    .default(4)
    .meta({ description: "Between two looks for 👍 at plans younger than ten minutes" }),
  oldPlanSeconds: whole(4, 3600, "seconds")
    .default(60)
    .meta({ description: "Between two looks for 👍 at plans older than a day" }),
  pointsPerHour: whole(100, 15_000, "points").default(1500).meta({
    description: "GraphQL points that the loop may spend in an hour; it looks less often before it spends more",
  }),
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
  loop: loop.prefault({}).meta({ description: "How `watch` looks at GitHub" }),
  otlpEndpoint: address("http://collector.monitoring:4318")
    .optional()
    .meta({ description: "OpenTelemetry collector that traces go to, OTLP over HTTP; left out: no traces" }),
  deadLetterToken: flag().default(false).meta({
    description:
      "Whether the Sensor shows a token with dead letters; without it the NetworkPolicy alone keeps others out",
  }),
});

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
      // Braces would be evaluated by Argo, and the mediator would look for another label.
      .refine((value) => parsePlanTrigger(value) !== undefined && !value.includes("{{"), must(triggerText))
      .default("author")
      .meta({
        description:
          "What starts planning: an issue opened by an approver (`author`), a label put on by one (`label:<name>`), or only `/plan` (`command`)",
      }),
    planSince: z.iso
      .datetime({ offset: true, ...must("a time such as 2026-03-01T00:00:00Z") })
      .optional()
      .meta({
        description:
          "Issues opened before this time, such as `2026-03-01T00:00:00Z`, are not planned by themselves; `/plan` always works; left out: 24 hours before the service starts",
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
    caConfigMap: name("a ConfigMap").optional().meta({
      description:
        "ConfigMap whose key `ca.crt` holds certificate authorities (PEM) to trust besides the public ones: a GitHub Enterprise Server's, a model provider's; needed in the namespaces of service and workflows (`kubectl create configmap <name> -n <namespace> --from-file=ca.crt`); left out: only the public ones",
    }),
    github: github.prefault({}).meta({ description: "GitHub" }),
    kafka: kafka.prefault({}).meta({ description: "Kafka" }),
    images: images.prefault({}).meta({ description: "Images, by digest or tag" }),
    service: service.prefault({}).meta({ description: "The webhook service" }),
    ingress: ingress.meta({ description: "How GitHub reaches the service" }),
    codex: codex.prefault({}).meta({ description: "Codex, and what a run may cost" }),
    changes: changes.prefault({}).meta({ description: "What a change may be" }),
    runs: runs.meta({ description: "The runs" }),
    eventBus: eventBus.prefault({}).meta({ description: "The event bus" }),
    secretNames: secretNames.prefault({}).meta({ description: "Names of the Secrets; see [secrets](secrets.md)" }),
    externalSecrets: externalSecrets.meta({ description: "Where the Secrets come from" }),
    monitoring: monitoring.prefault({}).meta({ description: "Prometheus" }),
    argoCd: argoCd.meta({ description: "The Argo CD Application" }),
  })
  .superRefine((settings, context) => {
    const { codex, namespaces, github, repositories, secretNames, monitoring } = settings;
    const { service, workflows, kafka } = namespaces;
    const fault = (path: string[], message: string) => context.addIssue({ code: "custom", path, message });
    const { idleMinutes, deadlineMinutes } = codex;
    if (idleMinutes > deadlineMinutes)
      fault(["codex", "idleMinutes"], `must be at most codex.deadlineMinutes (${deadlineMinutes}), not ${idleMinutes}`);
    if (monitoring.alerts && !monitoring.serviceMonitor)
      fault(["monitoring", "alerts"], "needs monitoring.serviceMonitor: without metrics every alert about them fires");
    const three = [service, workflows, kafka];
    if (new Set(three).size < three.length)
      fault(["namespaces"], `must be three, not ${three.join(", ")}: each keeps Secrets that the others must not see`);
    for (const [use, namespace] of Object.entries({ service, workflows }))
      if (
        /^(?:default|kube-.*)$/.test(namespace) ||
        [settings.argoCd.namespace, settings.monitoring.namespace].includes(namespace)
      )
        fault(
          ["namespaces", use],
          `must be a namespace for this alone, not ${namespace}: it is closed, labelled, and keeps Secrets that others must not see`,
        );
    const isOne = repositories.length === 1 && !/[*?]/.test(repositories[0] ?? "");
    const bare = github.hooks.filter((hook) => !hook.includes("="));
    if (bare.length > 0 && !isOne)
      fault(
        ["github", "hooks"],
        `an id alone needs exactly one repository; write owner/name=<id>, not ${bare.join(", ")}`,
      );
    for (const use of ["serviceKafkaPassword", "consumerKafkaPassword"] as const)
      if (Object.values<string>(kafkaUsers).includes(secretNames[use]))
        fault(
          ["secretNames", use],
          `must not be ${secretNames[use]}: Strimzi's user operator writes a Secret of that name itself`,
        );
  });

/** What is written in `infra/settings.ts`. */
export type SettingsInput = z.input<typeof settingsSchema>;
export type Settings = z.output<typeof settingsSchema>;
