import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { root } from "../../../../scripts/docs/documentation.ts";
import { type DocumentedCommands, documentedCommands } from "../../../../scripts/docs/documented-commands.ts";
import { readScript } from "../../../../scripts/docs/shell-commands.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { runCommand } from "../../cluster/run-command.ts";

/** The documentation's commands for a cluster: those that look or start a run, and those that change what is deployed. */
export function clusterCommands(): { looks: DocumentedCommands[]; changes: DocumentedCommands[] } {
  const all = documentedCommands("cluster");
  return { looks: all.filter(onlyLooks), changes: all.filter((each) => !onlyLooks(each)) };
}

/** What may run beside everything else; of other programs there are only those that filter what was said. */
const harmless =
  /^(?:kubectl (?:version|get|describe|logs|wait|auth can-i|rollout status|port-forward) |argo (?:list|get|logs|submit) |curl |grep |kill )/;
const onlyLooks = ({ script }: DocumentedCommands): boolean =>
  readScript(script).commands.every(({ program, arguments: given }) =>
    harmless.test(`${[program, ...given].join(" ")} `),
  );

/** A person's shell, whose path begins with `kubectl` and `argo`, and with the cluster's administrator signed in. */
export interface DocumentedShell extends Disposable {
  /** @throws Error with what it said, also when it asks for a variable that nobody has set */
  run(commands: DocumentedCommands, variables: Readonly<Record<string, string>>): Promise<string>;
}

export function documentedShell({ state }: Cluster, path = "/usr/bin:/bin"): DocumentedShell {
  const programs = mkdtempSync(join(tmpdir(), "froussard-programs-"));
  for (const name of ["kubectl", "argo"]) symlinkSync(state.programs[name] ?? "", join(programs, name));
  const env = { KUBECONFIG: state.kubeconfig, HOME: programs, PATH: `${programs}:${path}` };
  return {
    run: ({ script, needs }, variables) => {
      const given = { ...env, ...variables };
      expect(Object.keys(given)).toEqual(expect.arrayContaining([...needs]));
      return runCommand("bash", ["-euo", "pipefail", "-c", script], { env: given, timeoutMs: 400_000, cwd: root });
    },
    [Symbol.dispose]: () => rmSync(programs, { recursive: true }),
  };
}
