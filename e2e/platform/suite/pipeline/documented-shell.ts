import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { root } from "../../../../scripts/docs/documentation.ts";
import { type DocumentedCommands, documentedCommands } from "../../../../scripts/docs/documented-commands.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { runCommand } from "../../cluster/run-command.ts";

/** The documentation's commands for a cluster: those that look or start a run, and those that change what is deployed. */
export function clusterCommands(): { looks: DocumentedCommands[]; changes: DocumentedCommands[] } {
  const all = documentedCommands("cluster");
  const changes = ({ script }: DocumentedCommands) => /\bkubectl (?:replace|delete|rollout restart)\b/.test(script);
  return { looks: all.filter((each) => !changes(each)), changes: all.filter(changes) };
}

/** A person's shell, with `kubectl` and `argo` on its path and the cluster's administrator signed in. */
export interface DocumentedShell extends Disposable {
  /** @throws Error with what it said, also when it asks for a variable that nobody has set */
  run(commands: DocumentedCommands, variables: Readonly<Record<string, string>>): Promise<string>;
}

export function documentedShell({ state }: Cluster): DocumentedShell {
  const programs = mkdtempSync(join(tmpdir(), "froussard-programs-"));
  for (const name of ["kubectl", "argo"]) symlinkSync(state.programs[name] ?? "", join(programs, name));
  const env = { KUBECONFIG: state.kubeconfig, HOME: programs, PATH: `${programs}:${process.env["PATH"]}` };
  return {
    run: ({ script }, variables) =>
      runCommand("bash", ["-euo", "pipefail", "-c", script], {
        ...{ env: { ...env, ...variables }, timeoutMs: 400_000, cwd: root },
      }),
    [Symbol.dispose]: () => rmSync(programs, { recursive: true }),
  };
}
