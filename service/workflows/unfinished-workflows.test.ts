import { expect, test } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { unfinishedWorkflows } from "./unfinished-workflows.ts";

const clock = new ManualClock(new Date("2026-03-01T12:00:00Z"));
const id = "codex-planning-1-0123456789abcdef";

test("one question serves everybody who asks within a second", async () => {
  let asked = 0;
  const live = unfinishedWorkflows(async () => ({ names: [id, `run-${asked++}`] }), { clock });
  expect(await Promise.all([live(), live(), live()])).toEqual([new Set([id]), new Set([id]), new Set([id])]);
  await clock.advance(999);
  await live();
  expect(asked).toBe(1);
  await clock.advance(1);
  await live();
  expect(asked).toBe(2);
});

test("a failure is nobody's answer but of those who waited for it", async () => {
  let works = false;
  const live = unfinishedWorkflows(
    async () => {
      if (!works) throw new Error("forbidden");
      return { names: [id] };
    },
    { clock },
  );
  const both = [live(), live()];
  for (const each of both) await expect(each).rejects.toThrow("forbidden");
  works = true;
  expect(await live()).toEqual(new Set([id]));
});
