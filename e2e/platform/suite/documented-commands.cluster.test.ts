import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { root } from "../../../scripts/docs/documentation.ts";
import { documentedCommands } from "../../../scripts/docs/documented-commands.ts";
import { platformFolder } from "../cluster/layout.ts";
import { runCommand } from "../cluster/run-command.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { wish } from "../simulated/wish.ts";
import { openStory, repository } from "./pipeline/story.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const { cluster, githubToken } = deployment;

const commands = documentedCommands("cluster");

const programs = mkdtempSync(join(tmpdir(), "froussard-programs-"));
let variables: Record<string, string>;
beforeAll(async () => {
  for (const name of ["kubectl", "argo"]) symlinkSync(cluster.state.programs[name] ?? "", join(programs, name));
  const story = await openStory(deployment, { ...wish, title: `${wish.title} (for the documentation's commands)` });
  await story.plan();
  const [run] = await story.runs();
  variables = {
    ...{
      WORKFLOW: run?.metadata.name ?? "",
      REPOSITORY: repository,
      ISSUE: String(story.number),
      NEW_TOKEN: githubToken,
    },
    ...{ KUBECONFIG: cluster.state.kubeconfig, HOME: programs, PATH: `${programs}:${process.env["PATH"]}` },
  };
});
afterAll(() => rmSync(programs, { recursive: true }));

describe("the documentation's commands do on a cluster what the pages say", () => {
  // One after the other, as a person would; Strimzi's stand-in looks while they run, as its operators would.
  test.for(commands)("$id ($at)", { timeout: 420_000 }, async ({ script, needs }) => {
    expect(Object.keys(variables)).toEqual(expect.arrayContaining([...needs]));
    const done = new AbortController();
    const operators = reconcileUntil(done.signal);
    try {
      await runCommand("bash", ["-euo", "pipefail", "-c", script], { env: variables, timeoutMs: 400_000, cwd: root });
    } finally {
      done.abort();
      await operators;
    }
  });

  test("and the pipeline works as before", async () => {
    const story = await openStory(deployment, { ...wish, title: `${wish.title} (after the documentation's commands)` });
    await story.plan();
    await story.approve();
    await story.result();
    await story.expectOneOfEach("implementation");
  });
});

async function reconcileUntil(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await deployment.reconcileKafka();
    await wait(5_000, undefined, { signal }).catch(() => {});
  }
}
