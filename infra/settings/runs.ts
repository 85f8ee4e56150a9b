import {
  defaultProtection,
  egressHostForm,
  isProtectedPathEntry,
  parseEgressHost,
  parsePrices,
  parseProtectedPaths,
  pricesForm,
  protectedPathForm,
} from "@froussard/contract";
import * as z from "zod";
import { field, must } from "./field.ts";

const { text, name, whole, choice, list, listOfSome, address, cidr, bytes, flag, resources } = field;

/** How Codex is called, and what a run may cost. */
export const codex = z.strictObject({
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
  maxAnswerTokens: whole(1_000, 1_000_000, "tokens")
    .default(128_000)
    .meta({ description: "Longest single answer of the model, reasoning included, in tokens" }),
  deadlineMinutes: whole(1, 24 * 60, "minutes")
    .default(60)
    .meta({ description: "Longest that Codex works in one attempt" }),
  idleMinutes: whole(1, 24 * 60, "minutes")
    .default(10)
    .meta({ description: "Longest silence of Codex before it is stopped" }),
  runsPerIssue: whole(1, 1_000, "runs")
    .default(10)
    .meta({ description: "Runs that one issue may have in all: plans, retries and changes together" }),
  runsPerDay: whole(1, 10_000, "runs")
    .default(100)
    .meta({ description: "Runs that one repository may have within 24 hours" }),
  prices: z
    .string(must(pricesForm))
    .refine((prices) => parsePrices(prices) !== undefined, must(pricesForm))
    .optional()
    .meta({
      description:
        "What a million tokens cost, so that comments tell the cost of a run: `input=1.25,cached=0.125,output=10,currency=USD` (`cached` and `cacheWrite`: as `input` when left out); left out: only tokens are told",
    }),
  openaiUrl: address("https://models.example.com/v1")
    .optional()
    .meta({ description: "Model provider; left out: OpenAI" }),
});

/** What a change of the agent may be. */
export const changes = z.strictObject({
  protectedPaths: list(z.string(must(protectedPathForm)).refine(isProtectedPathEntry, must(protectedPathForm)), "paths")
    .refine(
      (entries) => parseProtectedPaths(entries, ["x"]) !== undefined,
      must("at most 200 entries that protect something"),
    )
    .default([defaultProtection])
    .meta({
      description:
        "Paths that no change may touch. `default` stands for what acts by itself: definitions of CI, review rules, git attributes and hooks, package-manager configuration, development containers, instructions for agents (the list is in `runner/git/protected-paths.ts`). `deploy/**` or `**/*.tf` adds to it; `!docs/AGENTS.md` takes out what is spelled exactly so",
    }),
  maxFiles: whole(1, 10_000, "files").default(300).meta({ description: "Files that one change may touch" }),
  maxBytes: whole(1, 40 * 1024 ** 2, "bytes")
    .default(10 * 1024 ** 2)
    .meta({ description: "Bytes that the new contents of one change may have together" }),
  commitChecks: choice(["run", "hold"]).default("run").meta({
    description:
      "Whether CI runs on our commits. `hold` ends their message with `skip-checks: true`: GitHub Actions then starts nothing of `push` and `pull_request` until the next commit, and required checks stay pending so long; `pull_request_target`, `workflow_run` and CI outside of GitHub are not held by it",
  }),
});

/** The pods of runs, and how many there are. */
export const runs = z.strictObject(
  {
    apiServerCidrs: listOfSome(cidr(), "address ranges").meta({
      description:
        "Addresses of the Kubernetes API server, Service and endpoints (`kubectl get service,endpoints kubernetes -n default`): all that an agent may reach besides its mediator",
    }),
    egressHosts: list(
      z.string(must(egressHostForm)).refine((host) => parseEgressHost(host) !== undefined, must(egressHostForm)),
      "hosts",
    )
      .default([])
      .meta({
        description:
          "Hosts that the agents' commands may reach through their mediator: `packages.example.org`, `*.example.com` (all names below), `git.example.com:8443`; public addresses only. What passes is encrypted and not looked at, so that each is a way to carry text out",
      }),
    concurrency: whole(1, 1_000, "a number of runs").default(7).meta({ description: "Runs at the same time" }),
    retries: whole(0, 5, "a number of times")
      .default(2)
      .meta({ description: "How often a failed attempt is begun again" }),
    mediator: resources("1", "1Gi").meta({ description: "The pod of a mediator" }),
    agent: resources("2", "4Gi").meta({ description: "The pod of an agent" }),
    report: resources("250m", "256Mi").meta({ description: "The pod that tells a run's end" }),
    executor: resources("250m", "256Mi").meta({ description: "Each of Argo's own two containers in those pods" }),
    proveNetwork: flag().default(true).meta({
      description:
        "Each agent proves that it reaches nothing but its mediator, and else does not begin; `false` where the cluster's network plugin enforces no NetworkPolicies: then the ledger of each run says that this is not proven",
    }),
    workspace: bytes("room")
      .default("10Gi")
      .meta({ description: "Room for the agent's working copy, and for the mediator's clone" }),
  },
  must("an object with apiServerCidrs"),
);

const busReplicas = "1, or from 3 to 9";
/** What stands between EventSource and Sensor. */
export const eventBus = z.strictObject({
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
  server: resources("500m", "512Mi").meta({ description: "A server of the event bus" }),
  sidecar: resources("100m", "64Mi").meta({ description: "Each of the two containers beside a server" }),
  eventSource: resources("250m", "256Mi").meta({ description: "The pod of the EventSource" }),
  sensor: resources("250m", "256Mi").meta({ description: "The pod of the Sensor" }),
});
