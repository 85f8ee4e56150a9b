import { askTool } from "./run-tool.ts";

/** A node of a Workflow that has ended, and the metrics of its template. */
export interface EndedNode {
  metrics: readonly unknown[];
  /** Variables of the node and of its Workflow, as `status` and `outputs.parameters.stage`. */
  scope: Readonly<Record<string, string>>;
}

/**
 * What Argo's controller shows to Prometheus when it has seen these nodes end, by its own substitution and its own
 * registry; and what it refuses about their metrics.
 */
export function countNodes(workflowCheck: string, nodes: readonly EndedNode[]) {
  return askTool<{ counted: string; problems: string[] }>(workflowCheck, { nodes });
}
