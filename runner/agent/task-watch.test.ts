import { expect, test } from "vitest";
import type { TaskAnswer } from "../protocol.ts";
import { TaskClosed, watchTask } from "./task-watch.ts";
import { workOf } from "./testing/run-in-bubble.ts";

test("work goes on, and while the mediator cannot be asked, until the task is closed", async () => {
  let answer: TaskAnswer | Error = workOf("planning");
  let tick: (() => void) | undefined;
  let asked = 0;
  const errors: unknown[] = [];
  const watch = watchTask(
    {
      async task() {
        asked++;
        if (answer instanceof Error) throw answer;
        return answer;
      },
    },
    (each) => {
      tick = each;
      return () => {
        tick = undefined;
      };
    },
    (error) => errors.push(error),
  );
  const look = async (times: number) => {
    const next = () => {
      if (asked < times) tick?.();
      return asked;
    };
    await expect.poll(next, { interval: 1 }).toBe(times);
  };
  await look(1);
  answer = new Error("gone");
  await look(2);
  await expect.poll(() => errors, { interval: 1 }).toEqual([answer]);
  expect(watch.signal.aborted).toBe(false);
  answer = { state: "closed", outcome: "cancelled", code: "cancelled" };
  await look(3);
  await expect.poll(() => watch.signal.aborted, { interval: 1 }).toBe(true);
  expect(watch.signal.reason).toBeInstanceOf(TaskClosed);
  expect(watch.signal.reason).toMatchObject({ answer });
  watch.stop();
  expect(tick).toBeUndefined();
});
