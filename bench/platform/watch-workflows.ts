import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Cluster } from "@froussard/e2e/platform/cluster/cluster";

export interface WorkflowWatch {
  /** When each Workflow was first seen, by its name; milliseconds of `performance.now()`. */
  readonly seen: ReadonlyMap<string, number>;
  /** Resolves once the Workflow of an issue's planning is there. @throws Error when it does not come in time */
  planningOf(issueNumber: number, limitMs: number): Promise<number>;
  stop(): void;
}

/** Learns of Workflows as the API server tells of them. */
export function watchWorkflows(cluster: Cluster, namespace: string): WorkflowWatch {
  const { programs, kubeconfig } = cluster.state;
  const child = spawn(
    programs["kubectl"] ?? "kubectl",
    [
      ...[`--kubeconfig=${kubeconfig}`, "get", "workflows", `--namespace=${namespace}`, "--watch"],
      ...["--output=custom-columns=NAME:.metadata.name", "--no-headers"],
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const seen = new Map<string, number>();
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on("line", (name) => {
    if (seen.has(name)) return;
    seen.set(name, performance.now());
    for (const look of waiting) look();
  });
  const find = (number: number) => [...seen].find(([name]) => name.startsWith(`codex-planning-${number}-`))?.[1];
  return {
    seen,
    planningOf: (issueNumber, limitMs) =>
      new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          clearTimeout(timer);
          waiting.delete(look);
          settle();
        };
        const look = () => {
          const at = find(issueNumber);
          if (at !== undefined) end(() => resolve(at));
        };
        const late = () => end(() => reject(new Error(`no Workflow for issue #${issueNumber} within ${limitMs} ms`)));
        const timer = setTimeout(late, limitMs);
        waiting.add(look);
        look();
      }),
    stop: () => void child.kill(),
  };
}
