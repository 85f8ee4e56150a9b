import { setTimeout as wait } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { labels, markers, type Stage } from "@froussard/contract";
import { expect } from "vitest";
import type { Deployment } from "../../deploy/deployment.ts";
import { wish } from "../../simulated/wish.ts";
import { firstRepository, people } from "../../simulated/world.ts";
import { hasEnded, type Run, runsOf } from "../agent-pod/runs.ts";
import { explain } from "./explain.ts";
import { type Patience, until } from "./until.ts";

type Issue = Awaited<ReturnType<Deployment["simulated"]["issue"]>>;
type Comment = Issue["comments"][number];
type Pull = Awaited<ReturnType<Deployment["simulated"]["pulls"]>>[number];

export const repository = `${firstRepository.owner}/${firstRepository.name}`;

/** One issue's way through the platform, as the people see it who wrote it and who wait. */
export interface Story {
  readonly number: number;
  issue(): Promise<Issue>;
  /** Our comments with this marker at their first byte that people see. */
  visible(marker: string): Promise<Comment[]>;
  /** The pull requests of this issue. */
  pulls(): Promise<Pull[]>;
  runs(): Promise<Run[]>;
  /** Waits, and tells all that can be seen when it waited too long. */
  until<T>(what: string, look: () => Promise<T | undefined | null | false>, limitMs?: number): Promise<T>;
  plan(limitMs?: number): Promise<Comment>;
  /** 👍 by the maintainer, in a second that is later than the plan's. */
  approve(): Promise<void>;
  /** Waits for the comment that ends the implementation. */
  result(limitMs?: number): Promise<Comment>;
  /** One of everything that people see after a stage, and nothing twice. */
  expectOneOfEach(stage: Stage): Promise<void>;
}

/** The maintainer opens an issue, which GitHub tells by a webhook. */
export async function openStory(deployment: Deployment, { title, body } = wish): Promise<Story> {
  const { number } = await deployment.simulated.openIssue({ repository, login: people.maintainer, title, body });
  return storyOf(deployment, number);
}

export function storyOf(deployment: Deployment, number: number): Story {
  const { cluster, simulated, namespaces } = deployment;
  const patience = (limitMs?: number): Patience => ({
    ...(limitMs !== undefined && { limitMs }),
    explain: () => explain(deployment, repository, number),
  });
  const issue = () => simulated.issue({ repository, number });
  const ours = async (marker: string) =>
    (await issue()).comments.filter(({ author, body }) => author === people.automation && body.startsWith(marker));
  const visible = async (marker: string) => (await ours(marker)).filter(({ minimizedReason }) => !minimizedReason);
  const first = async (marker: string) => (await visible(marker))[0];
  const story: Story = {
    number,
    ...{ issue, visible },
    pulls: async () =>
      (await simulated.pulls({ repository })).filter(({ headBranch }) =>
        headBranch.startsWith(`codex/issue-${number}-`),
      ),
    runs: () => runsOf(cluster, namespaces.workflows, number),
    until: (what, look, limitMs) => until(what, look, patience(limitMs)),
    plan: (limitMs) => story.until(`the plan of #${number}`, () => first(markers.plan), limitMs),
    async approve() {
      const { id, createdAt, lastEditedAt } = await story.plan();
      await wait(Math.max(0, Math.max(createdAt, lastEditedAt ?? 0) + 1_005 - Date.now()));
      await simulated.react({ repository, number, login: people.maintainer, comment: id, content: "+1" });
    },
    result: (limitMs) => story.until(`the result of #${number}`, () => first(markers.result), limitMs),
    async expectOneOfEach(stage) {
      const works = stage === "implementation";
      const label = works ? labels.pullRequestOpen : labels.awaitingApproval;
      await story.until(`the label ${label} at #${number}`, async () => (await issue()).labels.includes(label));
      // One that never ends would hold the issue's lock, and one of the places for runs.
      await story.until(`the end of the runs of #${number}`, async () => (await story.runs()).every(hasEnded));
      const seen = await story.until(`a look at all of #${number}`, async () => ({
        plans: (await visible(markers.plan)).length,
        // One for each stage, and hidden once the stage has its end.
        progress: (await ours(markers.progress)).length,
        results: (await visible(markers.result)).map(({ body }) => /"outcome":"(\w+)"/.exec(body)?.[1]),
        pulls: (await story.pulls()).map(({ state, draft }) => ({ state, draft })),
        runs: (await story.runs()).length,
      }));
      const wanted = {
        plans: 1,
        progress: works ? 2 : 1,
        results: works ? ["done"] : [],
        pulls: works ? [{ state: "open", draft: true }] : [],
        runs: works ? 2 : 1,
      };
      const told = isDeepStrictEqual(seen, wanted) ? undefined : await explain(deployment, repository, number);
      expect(seen, told).toEqual(wanted);
    },
  };
  return story;
}
