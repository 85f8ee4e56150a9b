import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parameters } from "@froussard/contract";
import { afterEach, beforeEach, expect, test } from "vitest";
import { checkWorkflows } from "./check-workflows.ts";
import { manifestFiles, onlyManifest } from "./manifest-file.ts";
import { describeWithTools } from "./testing/describe-with-tools.ts";
import { type FakeKubernetes, startFakeKubernetes } from "./testing/fake-kubernetes.ts";

const files = manifestFiles(join(import.meta.dirname, "../../dist/argocd"));

/** As documented, without the stray backtick after the namespace. */
const documented = String.raw`argo submit --from workflowtemplate/github-codex-task -n argo-workflows \
  -p stage=planning \
  -p prompt="Simple dry run" \
  -p repository=gregkonush/lab \
  -p base=main \
  -p head=codex/test \
  -p issueNumber=999 \
  -p issueUrl=https://github.com/gregkonush/lab/issues/999 \
  -p issueTitle="Codex dry run" \
  -p issueBody="Testing orchestration"`;

const given = {
  stage: "planning",
  prompt: "Simple dry run",
  repository: "gregkonush/lab",
  base: "main",
  head: "codex/test",
  issueNumber: "999",
  issueUrl: "https://github.com/gregkonush/lab/issues/999",
  issueTitle: "Codex dry run",
  issueBody: "Testing orchestration",
};
const plan = { planCommentBody: "1. Shout.", planCommentId: "2912345678" };

describeWithTools("the documented argo submit, by the real CLI", ({ argo, workflowCheck }) => {
  let kubernetes: FakeKubernetes;
  let folder: string;
  beforeEach(async () => {
    kubernetes = await startFakeKubernetes([onlyManifest(files, "WorkflowTemplate")]);
    folder = mkdtempSync(join(tmpdir(), "argo-submit-"));
    symlinkSync(argo, join(folder, "argo"));
    const context = { name: "fake", context: { cluster: "fake", user: "fake" } };
    const cluster = { name: "fake", cluster: { server: kubernetes.address } };
    const config = {
      "current-context": "fake",
      contexts: [context],
      clusters: [cluster],
      users: [{ name: "fake", user: { token: "fake" } }],
    };
    writeFileSync(join(folder, "kubeconfig"), JSON.stringify({ apiVersion: "v1", kind: "Config", ...config }));
  });
  afterEach(async () => {
    await kubernetes.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs a command as one types it. */
  const shell = (command: string) =>
    promisify(execFile)("bash", ["-c", command], {
      env: { PATH: `${folder}:${process.env["PATH"]}`, HOME: folder, KUBECONFIG: join(folder, "kubeconfig") },
    });

  const variants: Record<string, { command: string; values: Record<string, string> }> = {
    "as it is": { command: documented, values: given },
    "for a dry run": { command: `${documented} -p dryRun=true`, values: { ...given, dryRun: "true" } },
    "for the other stage": {
      command: `${documented.replace("stage=planning", "stage=implementation")} -p planCommentBody="1. Shout." -p planCommentId=2912345678`,
      values: { ...given, stage: "implementation", ...plan },
    },
    "for a dry run of the other stage": {
      command: `${documented.replace("stage=planning", "stage=implementation")} -p planCommentBody="1. Shout." -p planCommentId=2912345678 -p dryRun=true`,
      values: { ...given, stage: "implementation", ...plan, dryRun: "true" },
    },
  };

  test.each(Object.keys(variants))("%s makes a Workflow that Argo Workflows starts", async (name) => {
    const { command, values } = variants[name] as { command: string; values: Record<string, string> };
    const { stdout } = await shell(command);
    expect(stdout).toMatch(/^Name: +github-codex-task-x7k2p$/m);
    expect(kubernetes.created).toHaveLength(1);
    const [workflow] = kubernetes.created;
    expect(workflow).toMatchObject({
      metadata: { generateName: "github-codex-task-", namespace: "argo-workflows", name: "github-codex-task-x7k2p" },
      spec: { workflowTemplateRef: { name: "github-codex-task" } },
    });

    const [run] = checkWorkflows(workflowCheck, files, [workflow]).runs;
    expect(run?.problems).toEqual([]);
    const env = run?.templates?.["mediator"]?.container?.env ?? [];
    for (const parameter of parameters) {
      const variable =
        parameter === "taskId" ? "TASK_ID" : `TASK_${parameter.replace(/[A-Z0-9]+/g, "_$&").toUpperCase()}`;
      expect(env.find((one) => one.name === variable)?.value ?? "", variable).toBe(values[parameter] ?? "");
    }
  });

  test("a template that does not exist is refused", async () => {
    await expect(shell(documented.replace("github-codex-task", "github-codex-tsak"))).rejects.toThrow(
      /Failed to submit/,
    );
    expect(kubernetes.created).toEqual([]);
  });
});
