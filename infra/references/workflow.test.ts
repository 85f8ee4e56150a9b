import { describe } from "vitest";
import { change, testBrokenLinks } from "./testing/broken-links.ts";

describe("a broken link is named by both of its ends: within the WorkflowTemplate", () => {
  testBrokenLinks([
    [
      "a template that is not there",
      change("WorkflowTemplate", "github-codex-task", '"onExit":"end"', '"onExit":"tell"'),
      "WorkflowTemplate argo-workflows/github-codex-task: template tell does not exist",
    ],
    [
      "a step that is not there",
      change("WorkflowTemplate", "github-codex-task", "{{steps.mediator.ip}}", "{{steps.broker.ip}}"),
      "WorkflowTemplate argo-workflows/github-codex-task: template attempt: step broker does not exist",
    ],
    [
      "an input that is not handed over",
      change(
        "WorkflowTemplate",
        "github-codex-task",
        '"arguments":{"parameters":[{"name":"mediatorAddress"',
        '"arguments":{"parameters":[{"name":"address"',
      ),
      "template attempt: step agent gets no mediatorAddress",
    ],
    [
      "a volume that is not there",
      change(
        "WorkflowTemplate",
        "github-codex-task",
        '{"sizeLimit":"1Gi"},"name":"codex"',
        '{"sizeLimit":"1Gi"},"name":"cache"',
      ),
      "template agent: volume codex does not exist",
    ],
    [
      "an output outside of every volume",
      change("WorkflowTemplate", "github-codex-task", "/outputs/usage", "/usage"),
      "template report: output /usage lies in no volume",
    ],
  ]);
});
