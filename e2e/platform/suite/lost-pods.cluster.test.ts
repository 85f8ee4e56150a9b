import { randomBytes } from "node:crypto";
import type { Stage } from "@froussard/contract";
import { expect, test } from "vitest";
import { cacheFolder } from "../../../infra/platform/cache-folder.ts";
import { platformFolder } from "../cluster/layout.ts";
import { readDeployment } from "../deploy/deployment.ts";
import { wish } from "../simulated/wish.ts";
import { losePod, type Part, runningPart } from "./pipeline/run-pods.ts";
import { openStory, type Story } from "./pipeline/story.ts";

const deployment = readDeployment(platformFolder(cacheFolder(process.env)));
const { simulated } = deployment;

/** How far a run has come when its pod is lost. */
interface Moment {
  name: string;
  stage: Stage;
  part: Part;
  /** Resolves when the run is there. */
  reached(story: Story): Promise<unknown>;
}

const requestsOf = async (title: string) =>
  (await simulated.modelRequests({ holding: title })).filter(({ path }) => path === "/v1/responses").length;

const begun = async () => {};
const works = (title: string) => async (story: Story) => {
  const before = await requestsOf(title);
  await story.until("two more requests to the model", async () => (await requestsOf(title)) >= before + 2);
};
const waitsForCopy = (story: Story) => runningPart(deployment, story, "agent");
const planned = (story: Story) => story.plan();
const pushed = (story: Story) => story.until("a pull request", async () => (await story.pulls()).length > 0);

const moments = (title: string): Moment[] => [
  ...(["planning", "implementation"] as const).flatMap((stage) =>
    (["mediator", "agent"] as const).flatMap((part): Moment[] => [
      { stage, part, name: "before it begins", reached: begun },
      { stage, part, name: "while Codex works", reached: works(title) },
    ]),
  ),
  { stage: "planning", part: "mediator", name: "while the agent waits for the working copy", reached: waitsForCopy },
  { stage: "planning", part: "mediator", name: "once the plan is posted", reached: planned },
  { stage: "implementation", part: "mediator", name: "once the branch is pushed", reached: pushed },
];

/** Another each time: the simulated world remembers what was asked in an earlier run of this file. */
const own = randomBytes(4).toString("hex");
/** A title of its own, by which the model's requests and directions are told apart. */
const titleOf = (index: number) => `${wish.title} (lost pod ${index}, ${own})`;
const cases = moments("").map(({ name, stage, part }, index) => ({ name, stage, part, index }));

test.concurrent.for(cases)(
  "$stage: the $part's pod is lost $name: one of everything",
  { timeout: 900_000 },
  async ({ stage, part, index }) => {
    const title = titleOf(index);
    const moment = moments(title)[index] ?? expect.unreachable();
    // Long enough to be struck in the middle.
    await simulated.direct({ match: title, commands: ["sleep 2", "sleep 12"] });
    const story = await openStory(deployment, { title, body: wish.body });
    if (stage === "implementation") await story.approve();
    const pod = await runningPart(deployment, story, part, { stage });
    await moment.reached(story);
    await losePod(deployment, pod);
    if (stage === "planning") await story.plan();
    else await story.result();
    await story.expectOneOfEach(stage);
  },
);
