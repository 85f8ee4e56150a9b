import { parseNoteIds } from "@froussard/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bot } from "./testing/fake-github.ts";
import { unanswered } from "./testing/history-oracle.ts";
import { begin, type Step, step } from "./testing/history-steps.ts";
import { aboutOf, isPlan, World } from "./testing/history-world.ts";

/**
 * Generated histories: two watchers look at any time and lose their memory while people and deliveries do what they
 * like. Checked against what a person would say of the comments, not against the code's own words.
 */
test("histories: one run a cause, one visible plan a request, one pull request an approved plan, nothing unapproved, nothing lost", async () => {
  let pullRequests = 0;
  let plans = 0;
  await fc.assert(
    fc.asyncProperty(begin, fc.array(step, { minLength: 10, maxLength: 60, size: "max" }), async (first, steps) => {
      const world = new World();
      for (const each of first) await world.do(each);
      for (const each of steps) await world.do(each);
      expect(await world.settle()).toBeLessThan(Number.POSITIVE_INFINITY);
      const { pipeline, github } = world;
      const ids = pipeline.taken.map(({ taskId }) => taskId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(new Set(pipeline.ended).size).toBe(pipeline.ended.length);
      expect(new Set(pipeline.pullRequests).size).toBe(pipeline.pullRequests.length);
      for (const { comments, issue } of github.issues.filter((each) => each.issue.state === "OPEN")) {
        const here = comments.filter(({ body }) => body.includes(`"issueId":${issue.id},`));
        const visible = here.filter((comment) => isPlan(comment) && !comment.isMinimized);
        expect(visible.length, `visible plans of #${issue.number}`).toBeLessThanOrEqual(1);
        const notes = comments
          .filter((each) => each.author === bot && !each.isMinimized)
          .flatMap(({ body }) => parseNoteIds(body)?.cause ?? []);
        expect(new Set(notes).size).toBe(notes.length);
        plans += new Set(comments.filter(isPlan).map(aboutOf)).size;
      }
      for (const each of github.issues)
        expect(unanswered(each, pipeline.pullRequests), `#${each.issue.number}`).toEqual([]);
      pullRequests += pipeline.pullRequests.length;
    }),
    { numRuns: 300 },
  );
  // The histories are worth something only if they get this far.
  expect(plans).toBeGreaterThan(100);
  expect(pullRequests).toBeGreaterThan(20);
});

test("whatever the order of deliveries and looks, one cause has one id", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(["deliver", "look", "repeat", "look twice"] as const, { minLength: 1 }),
      async (order) => {
        const world = new World();
        world.github.wait(5);
        for (const each of order) await world.do({ do: each, on: 0, slow: false } as Step);
        expect(world.pipeline.taken.map(({ taskId }) => taskId)).toEqual([world.pipeline.taken[0]?.taskId ?? "a task"]);
      },
    ),
  );
});
