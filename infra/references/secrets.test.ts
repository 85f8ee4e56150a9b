import { describe } from "vitest";
import { change, testBrokenLinks, without } from "./testing/broken-links.ts";

describe("a broken link is named by both of its ends: Secrets and ConfigMaps", () => {
  testBrokenLinks([
    [
      "a Secret that nobody declared",
      change("Deployment", "froussard-serve", '"name":"github-token"', '"name":"github-pat"'),
      "Deployment froussard/froussard-serve: Secret froussard/github-pat is not declared",
    ],
    [
      "a key that the Secret does not have",
      change("WorkflowTemplate", "github-codex-task", '"key":"api-key"', '"key":"apiKey"'),
      "WorkflowTemplate argo-workflows/github-codex-task: Secret argo-workflows/codex-openai has no key apiKey, only api-key",
    ],
    [
      "a Secret of another namespace",
      change("EventSource", "github-codex", '"name":"kafka-codex-credentials"', '"name":"froussard-kafka"'),
      "EventSource argo-workflows/github-codex: Secret argo-workflows/froussard-kafka is not declared",
    ],
    [
      "a pull secret that nobody declared",
      change("WorkflowTemplate", "github-codex-task", '"name":"mirror"', '"name":"miror"'),
      "WorkflowTemplate argo-workflows/github-codex-task: Secret argo-workflows/miror is not declared",
    ],
    [
      "a pull secret that nothing pulls with",
      change("WorkflowTemplate", "github-codex-task", '{"name":"registry"},', ""),
      "Secret argo-workflows/registry: nothing reads its key .dockerconfigjson",
    ],
    [
      "a Secret that nothing reads",
      change("Deployment", "froussard-serve", "webhook-secret-previous", "webhook-secret"),
      "Secret froussard/github-secret: nothing reads its key webhook-secret-previous",
    ],
    [
      "a Secret that no ExternalSecret fetches",
      without("ExternalSecret", "codex-openai"),
      "Secret argo-workflows/codex-openai: no ExternalSecret asks for its key api-key",
    ],
    [
      "a key that may be missing, and would not be fetched when it is there",
      change("ExternalSecret", "github-secret", "dataFrom", "dataFromm"),
      "Secret froussard/github-secret: no ExternalSecret asks for its key webhook-secret-previous",
    ],
    [
      "a key that is fetched and not declared",
      change("ExternalSecret", "codex-openai", '"secretKey":"api-key"', '"secretKey":"apikey"'),
      "ExternalSecret argo-workflows/codex-openai: asks for key apikey of Secret argo-workflows/codex-openai, which is not declared",
    ],
    [
      "a missing ConfigMap",
      without("ConfigMap", "codex-runs"),
      "WorkflowTemplate argo-workflows/github-codex-task: ConfigMap argo-workflows/codex-runs does not exist",
    ],
    [
      "a key that the ConfigMap does not have",
      change("ConfigMap", "codex-runs", '"concurrency"', '"runs"'),
      "WorkflowTemplate argo-workflows/github-codex-task: ConfigMap argo-workflows/codex-runs has no key concurrency",
    ],
  ]);
});
