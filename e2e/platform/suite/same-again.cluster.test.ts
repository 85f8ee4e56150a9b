import { markers, topics } from "@froussard/contract";
import { Producer, stringSerializers } from "@platformatic/kafka";
import { expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { readTopic } from "../../../service/testing/broker/read-topic.ts";
import { platformFolder } from "../cluster/layout.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { openStory, repository, type Story, wish } from "./pipeline/story.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const { simulated, broker } = deployment;

const tasksOf = (story: Story) =>
  broker.asSuperUser(async ({ admin, host, port }) => {
    const records = await readTopic({ admin, host, ports: { plain: port } }, topics.codexTasks);
    return records.filter(({ key }) => key === `${repository}#${story.number}`);
  });

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

test("the same message twice, during the run and after it: one plan, and one more run of nothing", async () => {
  const story = await openStory(deployment, { ...wish, title: `${wish.title} (sent twice)` });
  await story.until("the task", async () => (await tasksOf(story)).length === 1);
  const [task] = await tasksOf(story);
  const repeat = () =>
    broker.asSuperUser(async ({ host, port, sasl }) => {
      const producer = new Producer({
        ...{ clientId: "repeats", bootstrapBrokers: [{ host, port }], sasl, retries: 3, retryDelay: 200 },
        serializers: { ...stringSerializers, value: (value?: Buffer) => value },
      });
      try {
        await producer.send({
          messages: [
            {
              topic: topics.codexTasks,
              key: task?.key ?? "",
              value: task?.value ?? Buffer.alloc(0),
              headers: task?.headers ?? {},
            },
          ],
        });
      } finally {
        await producer.close(true);
      }
    });
  await repeat();
  await story.plan();
  await story.expectOneOfEach("planning");
  await repeat();
  // A task after it in the same partition has passed once the Sensor has dealt with this one.
  const next = await openStory(deployment, { ...wish, title: `${wish.title} (after the repeated one)` });
  await next.plan();
  await story.expectOneOfEach("planning");
  expect((await story.visible(markers.result)).length).toBe(0);
});
