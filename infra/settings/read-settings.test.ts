import { egressHostForm } from "@froussard/contract";
import { expect, test } from "vitest";
import { deployment, settingsWith } from "../testing/deployment.ts";
import { readSettings, SettingsError } from "./read-settings.ts";
import type { SettingsInput } from "./schema.ts";

const least: SettingsInput = {
  approvers: ["octocat"],
  repositories: ["octocat/hello"],
  runs: { apiServerCidrs: ["10.0.0.1/32"] },
  argoCd: { repoUrl: "https://github.com/octocat/hello.git" },
};

function faultsOf(input: unknown): readonly string[] {
  try {
    readSettings(input as SettingsInput);
    return [];
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
}

test("what is left out has the documented names", () => {
  expect(readSettings(least)).toMatchObject({
    namespaces: { service: "froussard", workflows: "argo-workflows", kafka: "kafka" },
    kafka: { cluster: "kafka", tls: false },
    secretNames: { githubToken: "github-token", openai: "codex-openai", webhook: "github-secret" },
    codex: { model: "gpt-6.1-sol", effort: "high" },
    planTrigger: "author",
    ingress: { kind: "none" },
  });
});

test("a newcomer's login, repository and cluster are all that is to change", () => {
  const settings = settingsWith({
    approvers: ["octocat"],
    repositories: ["octocat/hello"],
    kafka: { cluster: "events" },
  });
  const text = JSON.stringify(deployment(settings));
  expect(text).toContain("events-kafka-bootstrap.kafka.svc:9092");
  expect(text.replaceAll(/ghcr\.io\/gregkonush|github\.com\/gregkonush/g, "")).not.toMatch(
    /gregkonush|kafka-kafka-bootstrap/,
  );
});

test("everything that is wrong is told at once, each with its name, its value and what to do", () => {
  expect(
    faultsOf({
      ...least,
      approvers: ["octo cat"],
      repositories: ["octocat"],
      planTrigger: "everybody",
      namespaces: { service: "Froussard" },
      kafka: { cluster: "kafka", tls: "yes", bootstrapServers: "kafka:99999" },
      images: { service: "ghcr.io/octocat/froussard:latest", runner: "ghcr.io/octocat/runner" },
      service: { replicas: 0 },
      ingress: { kind: "route" },
      codex: { effort: "some", modle: "gpt" },
      runs: {
        apiServerCidrs: ["10.0.0.1", "0.0.0.0/0"],
        egressHosts: ["packages.example.org", "127.0.0.1"],
        agent: { cpu: "2Gi", memory: "4" },
        workspace: "10 GB",
      },
      eventBus: { replicas: 2 },
      argoCd: {},
    }),
  ).toEqual([
    'approvers.0: must be a login, or login:id with the account\'s numeric id, not "octo cat"',
    'repositories.0: must be owner/name or a glob such as octocat/*, not "octocat"',
    'planTrigger: must be author, command or label:<name>, not "everybody"',
    'namespaces.service: must be a namespace, a DNS label such as my-name, not "Froussard"',
    'kafka.bootstrapServers: must be a comma list of host:port, not "kafka:99999"',
    'kafka.tls: must be true or false, not "yes"',
    'images.service: must be an image with a digest, or with a tag other than latest, not "ghcr.io/octocat/froussard:latest"',
    'images.runner: must be an image with a digest, or with a tag other than latest, not "ghcr.io/octocat/runner"',
    "service.replicas: must be a number of pods, a whole number from 1 to 20, not 0",
    'ingress.kind: must be an object whose kind is none, ingress or httpRoute, not {"kind":"route"}',
    'codex.effort: must be one of minimal, low, medium, high, xhigh, max, ultra, not "some"',
    "codex.modle: is no setting; correct its name or take it out (see docs/settings.md)",
    'runs.apiServerCidrs.0: must be an address range such as 10.96.0.1/32, and no wider than /16, of IPv6 /48, not "10.0.0.1"',
    'runs.apiServerCidrs.1: must be an address range such as 10.96.0.1/32, and no wider than /16, of IPv6 /48, not "0.0.0.0/0"',
    `runs.egressHosts.1: must be ${egressHostForm}, not "127.0.0.1"`,
    'runs.agent.cpu: must be processor time such as 2 or 500m, not "2Gi"',
    'runs.agent.memory: must be memory such as 2Gi or 500Mi, not "4"',
    'runs.workspace: must be room such as 2Gi or 500Mi, not "10 GB"',
    "eventBus.replicas: must be 1, or from 3 to 9, not 2",
    "argoCd.repoUrl: is missing; set it to the address of a Git repository, without a password",
  ]);
});

test.each<[string, Partial<SettingsInput>, string]>([
  [
    "a silence longer than the whole time",
    { codex: { idleMinutes: 90 } },
    "codex.idleMinutes: must be at most codex.deadlineMinutes (60), not 90",
  ],
  [
    "one namespace for two things",
    { namespaces: { service: "argo-workflows" } },
    "namespaces: must be three, not argo-workflows, argo-workflows, kafka",
  ],
  [
    "a password's Secret that the operator would overwrite",
    { secretNames: { serviceKafkaPassword: "froussard" } },
    "secretNames.serviceKafkaPassword: must not be froussard: Strimzi's user operator writes a Secret of that name",
  ],
  [
    "a webhook's id alone with more than one repository",
    { repositories: ["octocat/*"], github: { hooks: ["7"] } },
    "github.hooks: an id alone needs exactly one repository; write owner/name=<id>, not 7",
  ],
  [
    "a namespace of the cluster's own",
    { namespaces: { workflows: "kube-system" } },
    "namespaces.workflows: must be a namespace for this alone, not kube-system",
  ],
  [
    "Argo CD's namespace",
    { namespaces: { service: "argocd" } },
    "namespaces.service: must be a namespace for this alone, not argocd",
  ],
  [
    "the whole of a private network for the agents",
    { runs: { apiServerCidrs: ["10.0.0.0/8"] } },
    'runs.apiServerCidrs.0: must be an address range such as 10.96.0.1/32, and no wider than /16, of IPv6 /48, not "10.0.0.0/8"',
  ],
  [
    "a large part of the internet for the agents",
    { runs: { apiServerCidrs: ["2600::/16"] } },
    "runs.apiServerCidrs.0: must be an address range",
  ],
  [
    "more set aside than may be used",
    { service: { serve: { cpu: "500m", cpuRequest: "1" } } },
    "service.serve: must be resources with a cpuRequest that is at most cpu",
  ],
  ["a token sent in the clear", { github: { apiUrl: "http://github.example.com/api/v3" } }, "github.apiUrl: must be"],
  ["a password in an address", { codex: { openaiUrl: "https://u:p@models.example.com" } }, "codex.openaiUrl: must be"],
  ["an address that Argo evaluates", { codex: { openaiUrl: "https://m.example/{{a}}" } }, "codex.openaiUrl: must be"],
  ["a token in dist/", { argoCd: { repoUrl: "https://x:ghp_a@github.com/o/r.git" } }, "argoCd.repoUrl: must be"],
  ["a branch that climbs", { github: { baseBranch: "a/../b" } }, "github.baseBranch: must be a branch"],
  ["branches that climb", { github: { branchPrefix: "a//b" } }, "github.branchPrefix: must be the beginning"],
  ["a label that Argo evaluates", { planTrigger: "label:{{workflow.uid}}" }, "planTrigger: must be"],
])("fails for %s", (_, changes, fault) => {
  expect(faultsOf({ ...least, ...changes })).toEqual([expect.stringContaining(fault)]);
});

test.each([
  "ghcr.io/octocat/froussard:1.2.3",
  "registry.example.com:5000/a/b:v1",
  `froussard@sha256:${"0".repeat(64)}`,
  `ghcr.io/octocat/froussard:1.2.3@sha256:${"a".repeat(64)}`,
])("takes the image %s", (service) => {
  expect(faultsOf({ ...least, images: { service } })).toEqual([]);
});

test.each(["ssh://git@example.com/o/r.git", "git@github.com:o/r.git", "https://example.com:8443/o/r.git"])(
  "takes the repository %s",
  (repoUrl) => {
    expect(faultsOf({ ...least, argoCd: { repoUrl } })).toEqual([]);
  },
);
