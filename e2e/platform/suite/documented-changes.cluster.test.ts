import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { wish } from "../simulated/wish.ts";
import { clusterCommands, documentedShell } from "./pipeline/documented-shell.ts";
import { openStory } from "./pipeline/story.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const shell = documentedShell(deployment.cluster, process.env["PATH"]);
afterAll(() => shell[Symbol.dispose]());

describe("what the documentation has an operator change leaves the pipeline working", () => {
  // One after the other, as a person would; Strimzi's stand-in looks while they run, as its operators would.
  test.for(clusterCommands().changes)("$id ($at)", { timeout: 420_000 }, async (commands) => {
    const done = new AbortController();
    const operators = reconcileUntil(done.signal);
    try {
      await shell.run(commands, { NEW_TOKEN: deployment.githubToken });
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
