import { describe } from "vitest";
import { change, testBrokenLinks, without } from "./testing/broken-links.ts";

describe("a broken link is named by both of its ends: topics, groups and who may use them", () => {
  testBrokenLinks([
    [
      "a topic's name in the EventSource",
      change("EventSource", "github-codex", "github.codex.tasks", "github.codex.task"),
      "EventSource argo-workflows/github-codex: topic github.codex.task does not exist; there are github.webhook.events, github.codex.tasks",
    ],
    [
      "a topic's name in the service",
      change("Deployment", "froussard-serve", "github.codex.tasks", "codex.tasks"),
      "Deployment froussard/froussard-serve: topic codex.tasks does not exist",
    ],
    [
      "a topic that is not made",
      without("KafkaTopic", "github.webhook.events"),
      "Deployment froussard/froussard-watch: topic github.webhook.events does not exist",
    ],
    [
      "a group that the ACL does not allow",
      change("EventSource", "github-codex", "argo-workflows-codex", "argo-workflows"),
      "EventSource argo-workflows/github-codex: no KafkaUser may Describe and Read topic github.codex.tasks, and Read group argo-workflows",
    ],
    [
      "an ACL for a group that nothing is in",
      change("KafkaUser", "codex-consumer", "argo-workflows-codex", "argo-workflows"),
      "KafkaUser kafka/codex-consumer: may Read group argo-workflows, which nothing does",
    ],
    [
      "an ACL that is too wide",
      change("KafkaUser", "codex-consumer", '"Describe","Read"', '"Describe","Read","Write","Delete"'),
      "KafkaUser kafka/codex-consumer: may Delete topic github.codex.tasks, which nothing does",
    ],
    [
      "an ACL that is too narrow",
      change("KafkaUser", "froussard", '"Describe","Write"', '"Describe"'),
      "Deployment froussard/froussard-serve: no KafkaUser may Describe and Write topic github.webhook.events",
    ],
    [
      "a topic that no operator sees",
      change("KafkaTopic", "github.codex.tasks", "strimzi.io/cluster", "cluster"),
      "KafkaTopic kafka/github.codex.tasks: has no label strimzi.io/cluster",
    ],
    [
      "a user of another cluster",
      change("KafkaUser", "froussard", '"strimzi.io/cluster":"kafka"', '"strimzi.io/cluster":"events"'),
      "KafkaUser kafka/froussard: is of another cluster",
    ],
  ]);
});
