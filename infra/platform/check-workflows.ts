import type { ManifestFile } from "./manifest-file.ts";
import { manifestsOf } from "./manifest-file.ts";
import { askTool } from "./run-tool.ts";

interface Variable {
  name: string;
  value?: string;
}

/** A template of a WorkflowTemplate, as far as the checks look into it. */
export interface Template {
  name: string;
  inputs?: { parameters?: readonly Variable[] };
  container?: { env?: readonly Variable[]; args?: readonly string[] };
}

/** A Workflow as its pods would see it: every variable filled in by Argo Workflows' own code. */
export interface Run {
  name: string;
  /** Why the controller would not start it. */
  problems: string[];
  /** Without its templates. */
  spec?: { synchronization?: { mutexes?: readonly Variable[] } };
  templates?: Readonly<Record<string, Template>>;
}

export interface WorkflowReport {
  /** What Argo Workflows refuses about the WorkflowTemplates. */
  problems: string[];
  runs: Run[];
}

/** Validates and starts Workflows as the controller does under `templateReferencing: Strict`, short of making pods. */
export function checkWorkflows(
  workflowCheck: string,
  files: readonly ManifestFile[],
  workflows: readonly unknown[],
): WorkflowReport {
  return askTool<WorkflowReport>(workflowCheck, {
    templates: files
      .flatMap(manifestsOf)
      .filter(({ kind }) => kind === "WorkflowTemplate")
      .map((manifest) => JSON.stringify(manifest)),
    workflows: workflows.map((workflow) => JSON.stringify(workflow)),
  });
}
