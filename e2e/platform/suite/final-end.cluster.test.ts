import { labels, markers } from "@froussard/contract";
import { expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { wish } from "../simulated/wish.ts";
import { people } from "../simulated/world.ts";
import { hasEnded, triesOf } from "./agent-pod/runs.ts";
import { runningPart } from "./pipeline/run-pods.ts";
import { openStory, repository } from "./pipeline/story.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const { simulated } = deployment;

test("a run that is cancelled while Codex works is told at once, and not begun again; its Workflow has failed", async () => {
  const title = `${wish.title} (which is cancelled)`;
  await simulated.direct({ match: title, commands: ["sleep 600"] });
  const story = await openStory(deployment, { title, body: wish.body });
  await runningPart(deployment, story, "agent");
  await simulated.comment({ repository, number: story.number, login: people.maintainer, body: "/cancel" });
  const [told] = await story.until("the end of the run", async () => {
    const results = await story.visible(markers.result);
    return results.length > 0 && results;
  });
  expect(told?.body).toContain('"code":"cancelled"');
  await story.until("the end of its Workflow", async () => (await story.runs()).every(hasEnded));
  expect((await story.runs()).map((run) => [run.status?.phase, triesOf(run)])).toEqual([["Failed", 1]]);
  expect((await story.visible(markers.result)).length).toBe(1);
  expect((await story.issue()).labels).not.toContain(labels.planning);
});
