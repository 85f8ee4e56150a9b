import { expect, test } from "vitest";
import { at, listAt, textAt } from "../references/tree.ts";
import { synthConstruct, yamlOf } from "../testing/synth-construct.ts";
import { CodexWorkflowTemplate, type CodexWorkflowTemplateProps } from "./codex-workflow-template.ts";
import { runDeadlines } from "./run-templates/deadlines.ts";

const required: CodexWorkflowTemplateProps = {
  ...{ namespace: "runs", serviceAccount: "run", executorServiceAccount: "executor" },
  ...{ runnerImage: "runner:1", agentImage: "agent:1", workspace: "10Gi", proveNetwork: true },
  gitHub: { token: { name: "github-token", key: "token" } },
  openaiKey: { name: "openai", key: "api-key" },
  githubSettings: { CODEX_TRIGGER_LOGINS: "octocat" },
  codexSettings: { CODEX_MODEL: "gpt" },
  ...{ codexDeadlineMinutes: 60, retries: 1, semaphore: { name: "runs", key: "concurrency" } },
  mediatorResources: { cpu: "1", memory: "1Gi" },
  agentResources: { cpu: "2", memory: "4Gi" },
  reportResources: { cpu: "250m", memory: "256Mi" },
  executorResources: { cpu: "300m", memory: "256Mi", cpuRequest: "20m" },
};
const synth = (props: Partial<CodexWorkflowTemplateProps> = {}) =>
  synthConstruct((chart) => new CodexWorkflowTemplate(chart, "template", { ...required, ...props }));
const template = (name: string, props: Partial<CodexWorkflowTemplateProps> = {}) =>
  listAt(synth(props)[0], "spec.templates").find((each) => textAt(each, "name") === name);

test("the agent's user is no other pod's", () => {
  const userOf = (name: string) => at(template(name), "securityContext.runAsUser");
  const [workflow] = synth();
  expect(userOf("agent")).toEqual(expect.any(Number));
  expect(userOf("agent")).not.toBe(at(workflow, "spec.securityContext.runAsUser"));
  for (const name of ["mediator", "report"]) expect(template(name)).not.toHaveProperty("securityContext");
});

test("minimal props", () => {
  const [workflow] = synth();
  const { templates, arguments: _, ...spec } = (workflow as unknown as { spec: Record<string, unknown> }).spec;
  expect(yamlOf([{ spec } as never], "spec")).toMatchInlineSnapshot(`
    "activeDeadlineSeconds: 13200
    archiveLogs: false
    automountServiceAccountToken: false
    entrypoint: run
    executor:
      serviceAccountName: executor
    onExit: end
    podGC:
      deleteDelayDuration: 6h
      strategy: OnWorkflowCompletion
    securityContext:
      fsGroup: 65532
      runAsGroup: 65532
      runAsNonRoot: true
      runAsUser: 65532
      seccompProfile:
        type: RuntimeDefault
    serviceAccountName: run
    synchronization:
      mutexes:
        - name: codex-{{workflow.parameters.repository}}-{{workflow.parameters.issueNumber}}
      semaphores:
        - configMapKeyRef:
            key: concurrency
            name: runs
    ttlStrategy:
      secondsAfterCompletion: 691200
    workflowMetadata:
      labels:
        app.kubernetes.io/component: run
        app.kubernetes.io/managed-by: cdk8s
        app.kubernetes.io/part-of: froussard
    "
  `);
  expect(templates).toHaveLength(7);
});

test("the agent is not told what the mediator is told", () => {
  const names = (name: string) => listAt(template(name), "container.env").map((each) => textAt(each, "name"));
  expect(names("mediator")).toEqual(expect.arrayContaining(["CODEX_TRIGGER_LOGINS", "CODEX_MODEL", "TASK_ISSUE_BODY"]));
  expect(names("report")).toContain("CODEX_TRIGGER_LOGINS");
  expect(names("report")).not.toContain("CODEX_MODEL");
  expect(names("agent").filter((name) => /^(CODEX_(?!HOME)|TASK_|GITHUB_|OPENAI_)/.test(name ?? ""))).toEqual([]);
});

test("each pod runs its image with the resources it was given", () => {
  expect(template("mediator")).toMatchObject({
    container: { image: "runner:1", resources: { limits: { memory: "1Gi" } } },
  });
  expect(template("agent")).toMatchObject({
    container: { image: "agent:1", resources: { limits: { memory: "4Gi" } } },
  });
  expect(template("report")).toMatchObject({
    container: { image: "runner:1", resources: { limits: { cpu: "250m" } } },
  });
  for (const name of ["mediator", "agent", "report", "failed"]) {
    const patch = JSON.parse(textAt(template(name), "podSpecPatch") ?? "") as Record<string, { resources: unknown }[]>;
    for (const { resources } of [...(patch["initContainers"] ?? []), ...(patch["containers"] ?? [])])
      expect(resources).toEqual({
        requests: { cpu: "20m", memory: "256Mi" },
        limits: { cpu: "300m", memory: "256Mi" },
      });
  }
});

test.each([
  [1, 1],
  [60, 3],
  [1440, 6],
])("of %i minutes of Codex and %i attempts, each limit holds the one within", (minutes, attempts) => {
  const { agent, mediator, run } = runDeadlines(minutes, attempts);
  expect(agent).toBeGreaterThan(minutes * 60);
  expect(mediator).toBeGreaterThan(agent);
  expect(run).toBeGreaterThan(attempts * mediator);
  const spec = at(synth({ codexDeadlineMinutes: minutes, retries: attempts - 1 })[0], "spec");
  expect(at(spec, "activeDeadlineSeconds")).toBe(run);
});
