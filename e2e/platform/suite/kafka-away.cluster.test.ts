import { setTimeout as wait } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { wish } from "../simulated/wish.ts";
import { runningPart } from "./pipeline/run-pods.ts";
import { openStory, repository } from "./pipeline/story.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const { simulated, broker } = deployment;
const minute = 60_000;

// Also where the test has failed: others need it.
afterAll(() => broker.start(), 3 * minute);

test(
  "Kafka is away for a minute while webhooks come in: each is refused, and every issue has its plan in the end",
  async () => {
    const before = await openStory(deployment, { ...wish, title: `${wish.title} (begun before Kafka went)` });
    await runningPart(deployment, before, "agent");
    await broker.stop();
    const from = Date.now();
    const during = await Promise.all(
      [1, 2, 3].map((n) =>
        openStory(deployment, { ...wish, title: `${wish.title} (told while Kafka was away, ${n})` }),
      ),
    );
    // What runs needs no Kafka.
    await before.plan();
    const [hook] = await simulated.webhooks({ repository });
    const answers = await before.until("GitHub's three deliveries", async () => {
      const told = await simulated.deliveries({ repository, hook: hook?.id ?? 0 });
      const found = during.map(({ number }) =>
        told.find(
          ({ event, action, body }) =>
            event === "issues" && action === "opened" && body.includes(`"number":${number},`),
        ),
      );
      return found.every((delivery) => delivery !== undefined && delivery.statusCode !== null) && found;
    });
    // 503 from the service, or nobody there (0) once its readiness has taken its pods out of the Service.
    for (const delivery of answers) expect(delivery?.statusCode).toBeOneOf([503, 0]);
    for (const delivery of answers) expect(delivery?.durationMs).toBeLessThan(10_000);
    await wait(Math.max(0, from + minute - Date.now()));
    await broker.start();
    for (const story of during) await story.plan(4 * minute);
    for (const story of [before, ...during]) await story.expectOneOfEach("planning");
  },
  10 * minute,
);
