import { afterAll, beforeAll, describe, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { wish } from "../simulated/wish.ts";
import { clusterCommands, documentedShell } from "./pipeline/documented-shell.ts";
import { openStory, repository } from "./pipeline/story.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const shell = documentedShell(deployment.cluster);
afterAll(() => shell[Symbol.dispose]());

let variables: Record<string, string>;
beforeAll(async () => {
  const story = await openStory(deployment, { ...wish, title: `${wish.title} (for the documentation's commands)` });
  await story.plan();
  const [run] = await story.runs();
  variables = { WORKFLOW: run?.metadata.name ?? "", REPOSITORY: repository, ISSUE: String(story.number) };
});

describe("the documentation's commands do on a cluster what the pages say", () => {
  // Side by side: most of them look, and those that start a run wait for it.
  test.concurrent.for(clusterCommands().looks)("$id ($at)", { timeout: 420_000 }, async (commands) => {
    await shell.run(commands, variables);
  });
});
