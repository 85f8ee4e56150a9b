import { expect, test } from "vitest";
import { poll } from "./poll.ts";

test("looks at each tick, never twice at a time, until it is stopped", async () => {
  let tick: (() => void) | undefined;
  let looks = 0;
  const looked = Promise.withResolvers<void>();
  const stop = poll(
    (each) => {
      tick = each;
      return () => {
        tick = undefined;
      };
    },
    () => {
      looks++;
      return looked.promise;
    },
  );
  tick?.();
  tick?.();
  expect(looks).toBe(1);
  looked.resolve();
  const next = () => {
    if (looks < 2) tick?.();
    return looks;
  };
  await expect.poll(next, { interval: 1 }).toBe(2);
  stop();
  expect(tick).toBeUndefined();
});
