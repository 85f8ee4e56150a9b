import { describe } from "vitest";
import { change, testBrokenLinks, without } from "./testing/broken-links.ts";

describe("a broken link is named by both of its ends: from event bus to Workflow", () => {
  testBrokenLinks([
    [
      "a parameter that the template dropped",
      change("WorkflowTemplate", "github-codex-task", /\{[^{}]*"name":"repositoryId"[^{}]*\},/, ""),
      "Sensor argo-workflows/github-codex: WorkflowTemplate argo-workflows/github-codex-task has no parameter repositoryId, which the trigger fills",
    ],
    [
      "a parameter that a program is told of",
      change("WorkflowTemplate", "github-codex-task", /\{[^{}]*"name":"dryRun"[^{}]*\}/, '{"name":"isDry","value":""}'),
      "WorkflowTemplate argo-workflows/github-codex-task: parameter dryRun does not exist",
    ],
    [
      "a parameter that no program is told of",
      change("WorkflowTemplate", "github-codex-task", /\{\{workflow\.parameters\.prompt\}\}/g, ""),
      "WorkflowTemplate argo-workflows/github-codex-task: parameter prompt is handed to no program",
    ],
    [
      "a parameter that the Sensor dropped",
      change("Sensor", "github-codex", '{"name":"repository","value":""},', ""),
      "needs parameter repository, which the trigger does not fill",
    ],
    [
      "two arguments that changed places",
      change("Sensor", "github-codex", "body.base", "body.head"),
      "Sensor argo-workflows/github-codex: spec.arguments.parameters.2.value is parameter base, but is filled with head",
    ],
    [
      "an argument that is filled with nothing",
      change("Sensor", "github-codex", "spec.arguments.parameters.9.value", "spec.arguments.parameters.19.value"),
      "Sensor argo-workflows/github-codex: parameter repositoryId of the Workflow is filled with nothing",
    ],
    [
      "another WorkflowTemplate",
      change("Sensor", "github-codex", '{"name":"github-codex-task"}', '{"name":"codex"}'),
      "Sensor argo-workflows/github-codex: WorkflowTemplate argo-workflows/codex does not exist",
    ],
    [
      "a missing EventBus",
      without("EventBus", "codex"),
      "Sensor argo-workflows/github-codex: EventBus argo-workflows/codex does not exist",
    ],
    [
      "a missing EventSource",
      without("EventSource", "github-codex"),
      "Sensor argo-workflows/github-codex: EventSource argo-workflows/github-codex does not exist",
    ],
    [
      "an event by another name",
      change("EventSource", "github-codex", '"tasks":{', '"messages":{'),
      "EventSource argo-workflows/github-codex has no event tasks, only messages",
    ],
    [
      "a dependency that is not there",
      change("Sensor", "github-codex", '"dependencyName":"task"', '"dependencyName":"tasks"'),
      "Sensor argo-workflows/github-codex: dependency tasks does not exist",
    ],
    [
      "a condition that is not there",
      change("Sensor", "github-codex", '"conditions":"task"', '"conditions":"planning"'),
      "Sensor argo-workflows/github-codex: dependency planning does not exist",
    ],
  ]);
});
