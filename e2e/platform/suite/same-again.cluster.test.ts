import { markers } from "@froussard/contract";
import { expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { wish } from "../simulated/wish.ts";
import { openStory, repository } from "./pipeline/story.ts";
import { sendTask, tasksOf } from "./pipeline/tasks-topic.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const { simulated } = deployment;

test("the same webhook five times: one plan", async () => {
  const story = await openStory(deployment, { ...wish, title: `${wish.title} (told five times)` });
  const [hook] = await simulated.webhooks({ repository });
  const deliveries = () => simulated.deliveries({ repository, hook: hook?.id ?? 0 });
  const opened = await story.until("the delivery", async () =>
    (await deliveries()).find(
      ({ event, action, body }) =>
        event === "issues" && action === "opened" && body.includes(`"number":${story.number},`),
    ),
  );
  for (let again = 0; again < 4; again++) await simulated.redeliver({ delivery: opened.id });
  await story.plan();
  await story.until("five answers", async () => {
    const told = (await deliveries()).filter(({ guid }) => guid === opened.guid);
    return told.length === 5 && told.every(({ statusCode }) => statusCode === 202 || statusCode === 200);
  });
  await story.expectOneOfEach("planning");
});

test("the same message twice, during the run and after it: one plan, and one run", async () => {
  const story = await openStory(deployment, { ...wish, title: `${wish.title} (sent twice)` });
  await story.until("the task", async () => (await tasksOf(deployment, story.number)).length === 1);
  const [task] = await tasksOf(deployment, story.number);
  const repeat = () => sendTask(deployment, story.number, task ?? expect.unreachable());
  await repeat();
  await story.plan();
  await story.expectOneOfEach("planning");
  await repeat();
  // Long enough for the Sensor to have dealt with it; nothing tells that it has.
  const next = await openStory(deployment, { ...wish, title: `${wish.title} (after the repeated one)` });
  await next.plan();
  await story.expectOneOfEach("planning");
  expect((await story.visible(markers.result)).length).toBe(0);
});
