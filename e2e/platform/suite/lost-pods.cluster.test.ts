import { randomBytes } from "node:crypto";
import { markers, type Stage } from "@froussard/contract";
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

const asked = (title: string, count: number) => async (story: Story) =>
  story.until(`request ${count} to the model for ${title}`, async () => (await requestsOf(title)).length >= count);
const requestsOf = async (title: string) =>
  (await simulated.modelRequests({})).filter(
    ({ path, body }) => path === "/v1/responses" && JSON.stringify(body).includes(title),
  );

const moments = (title: string): Moment[] => [
  { name: "before it begins", stage: "planning", part: "mediator", reached: async () => {} },
  { name: "while Codex works", stage: "planning", part: "mediator", reached: asked(title, 2) },
  { name: "before it begins", stage: "planning", part: "agent", reached: async () => {} },
  { name: "while Codex works", stage: "planning", part: "agent", reached: asked(title, 2) },
  {
    name: "while Codex works",
    stage: "implementation",
    part: "agent",
    reached: (story) =>
      story.until("the second progress comment", async () => {
        const { comments } = await story.issue();
        return comments.filter(({ body }) => body.startsWith(markers.progress)).length === 2;
      }),
  },
  {
    name: "once the branch is pushed",
    stage: "implementation",
    part: "mediator",
    reached: (story) => story.until("a pull request", async () => (await story.pulls()).length > 0),
  },
];

/** Another each time: the simulated world remembers what was asked in an earlier run of this file. */
const own = randomBytes(4).toString("hex");
/** A title of its own, by which the model's requests and directions are told apart. */
const titleOf = (index: number) => `${wish.title} (lost pod ${index}, ${own})`;
const cases = moments("").map(({ name, stage, part }, index) => ({ name, stage, part, index }));

test.concurrent.for(cases)(
  "$stage: the $part's pod is lost $name: one of everything",
  { timeout: 420_000 },
  async ({ stage, part, index }) => {
    const title = titleOf(index);
    const moment = moments(title)[index] ?? expect.unreachable();
    // Long enough to be struck in the middle.
    await simulated.direct({ match: title, commands: ["sleep 4", "sleep 4"] });
    const story = await openStory(deployment, { title, body: wish.body });
    if (stage === "implementation") await story.approve();
    const pod = await runningPart(deployment, story, part);
    await moment.reached(story);
    await losePod(deployment, pod);
    if (stage === "planning") await story.plan(240_000);
    else await story.result(240_000);
    await story.expectOneOfEach(stage);
  },
);
