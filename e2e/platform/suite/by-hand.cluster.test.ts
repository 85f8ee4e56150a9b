import { headers } from "@froussard/contract";
import { afterAll, expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { wish } from "../simulated/wish.ts";
import { counted } from "./pipeline/counted.ts";
import { openStory, repository } from "./pipeline/story.ts";
import { tasksOf } from "./pipeline/tasks-topic.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const { cluster, namespaces } = deployment;
const minute = 60_000;

const watch = ["deployment/froussard-watch", `--namespace=${namespaces.service}`];
async function letWatchLook(): Promise<void> {
  await cluster.kubectl(["scale", ...watch, "--replicas=1"]);
  await cluster.kubectl(["rollout", "status", ...watch, "--timeout=120s"], { timeoutMs: 2 * minute });
}
afterAll(letWatchLook);

/** As docs/operations.md has a person start a run, and wait for its end. */
const submit = (stage: string, number: number) =>
  cluster.argo(
    [
      ...["submit", "--from", "workflowtemplate/github-codex-task", "--namespace", namespaces.workflows, "--wait"],
      ...["-p", `stage=${stage}`, "-p", `repository=${repository}`, "-p", `issueNumber=${number}`],
    ],
    { timeoutMs: 4 * minute },
  );

test(
  "an implementation that a person submits carries out the plan that has its 👍, and is the only one",
  async () => {
    // Nobody else may see the 👍.
    await cluster.kubectl(["scale", ...watch, "--replicas=0"]);
    await cluster.kubectl(
      [
        ...["wait", "pods", `--namespace=${namespaces.service}`, "--for=delete", "--timeout=60s"],
        "--selector=app.kubernetes.io/component=watch",
      ],
      { timeoutMs: 90_000 },
    );
    const story = await openStory(deployment, { ...wish, title: `${wish.title} (carried out by hand)` });
    await story.plan();
    await story.approve();
    await submit("implementation", story.number);
    expect(await story.pulls()).toMatchObject([{ state: "open", draft: true }]);
    // Who looks again finds nothing to do.
    await letWatchLook();
    const ticks = () => counted(deployment, "watch", "froussard_watch_ticks_total");
    const before = await story.until("the first looks", async () => (await ticks()) || undefined);
    await story.until("some more looks", async () => (await ticks()) >= before + 4);
    await story.expectOneOfEach("implementation");
    expect(
      (await tasksOf(deployment, story.number)).map(({ headers: each }) => String(each[headers.taskStage])),
    ).toEqual(["planning"]);
  },
  10 * minute,
);
