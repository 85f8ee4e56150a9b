import { headers, limits, markers } from "@froussard/contract";
import { afterAll, expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { wish } from "../simulated/wish.ts";
import { people } from "../simulated/world.ts";
import { hasEnded, triesOf } from "./agent-pod/runs.ts";
import { counted } from "./pipeline/counted.ts";
import { podLogs } from "./pipeline/pod-logs.ts";
import { openStory, repository, type Story } from "./pipeline/story.ts";
import { tasksOf } from "./pipeline/tasks-topic.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const { cluster, simulated, namespaces } = deployment;
const minutes = 60_000;

const role = ["role", "github-codex-sensor", `--namespace=${namespaces.workflows}`];
let kept: string | undefined;
async function giveBack(): Promise<void> {
  if (kept === undefined) return;
  await cluster.kubectl(["apply", "--server-side", "--force-conflicts", "--filename=-"], { input: kept });
  kept = undefined;
}
afterAll(giveBack);

const deadLetters = () => counted(deployment, "serve", "froussard_dead_letters_total");

/** Lets an issue, and its mark, be so many minutes older, for whoever looks at it for the first time. */
async function grewOlder({ number }: Story, by: number): Promise<void> {
  await simulated.backdate({ repository, number, minutes: by });
  await cluster.kubectl(["rollout", "restart", "deployment/froussard-watch", `--namespace=${namespaces.service}`]);
}

/** Waits until the issue shows that its task was handed over. */
function handedOver(story: Story): Promise<unknown> {
  return story.until("the mark that the task was handed over", async () =>
    (await story.issue()).reactions.some(({ content, by: login }) => content === "eyes" && login === people.automation),
  );
}

test(
  "the Sensor may not create Workflows: a dead letter is counted, who waits too long is told, and once it may again the task is published again and runs",
  async () => {
    const before = await deadLetters();
    const { metadata, ...rest } = await cluster.kubectlJson<{
      metadata: { name: string; namespace: string; labels?: object; annotations?: object };
    }>(["get", ...role]);
    kept = JSON.stringify({
      ...rest,
      metadata: {
        name: metadata.name,
        namespace: metadata.namespace,
        labels: metadata.labels,
        annotations: metadata.annotations,
      },
    });
    await cluster.kubectl(["delete", ...role]);
    const story = await openStory(deployment, { ...wish, title: `${wish.title} (for which nobody has the right)` });
    const forgotten = await openStory(deployment, {
      ...wish,
      title: `${wish.title} (for which nobody ever has the right)`,
    });

    await handedOver(forgotten);
    await grewOlder(forgotten, limits.abandonMinutes + 1);
    const told = await forgotten.until(
      "that the task never started",
      async () => (await forgotten.visible(markers.result))[0],
      4 * minutes,
    );
    expect(told.body).toContain('"code":"not-started"');

    const [task] = await tasksOf(deployment, story.number);
    const id = String(task?.headers[headers.taskId]);
    await story.until(
      "its own dead letter",
      async () =>
        podLogs(cluster, namespaces.service)
          .split("\n")
          .some((line) => line.includes("task became no Workflow") && line.includes(id)),
      10 * minutes,
    );
    expect(await deadLetters()).toBeGreaterThan(before);
    expect(await story.runs()).toEqual([]);
    const published = (await tasksOf(deployment, story.number)).length;
    await giveBack();
    await grewOlder(story, limits.republishMinutes[0]);
    await story.plan();
    await story.expectOneOfEach("planning");
    const tasks = await tasksOf(deployment, story.number);
    expect(tasks.length).toBeGreaterThan(published);
    expect(new Set(tasks.map((each) => String(each.headers[headers.taskId])))).toEqual(new Set([id]));

    // Its own message may still have become a Workflow, which finds that its end was told, and tries nothing again.
    await forgotten.until("that nothing runs any more", async () => (await forgotten.runs()).every(hasEnded));
    for (const run of await forgotten.runs()) expect([run.status?.phase, triesOf(run)]).toEqual(["Failed", 1]);
    expect([(await forgotten.visible(markers.plan)).length, (await forgotten.visible(markers.result)).length]).toEqual([
      0, 1,
    ]);
  },
  20 * minutes,
);
