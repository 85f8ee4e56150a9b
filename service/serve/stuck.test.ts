import { expect, test } from "vitest";
import { InHand } from "../in-hand.ts";
import { stuckReason } from "./stuck.ts";

const deadlineMs = 8_000;

test.each([
  ["nothing in hand", { requestMs: 0, publishMs: 0 }, undefined],
  ["what is within its deadline", { requestMs: 8_000, publishMs: 8_000 }, undefined],
  ["what is late, as on a machine that is busy", { requestMs: 40_000, publishMs: 40_000 }, undefined],
  ["a publisher that hangs", { requestMs: 60_000, publishMs: 60_000 }, /^the publisher has not answered for 60 s/],
  ["a request that hangs", { requestMs: 60_000, publishMs: 0 }, /^a request has been in hand for 60 s/],
])("%s", (_, ages, reason) => {
  if (reason) expect(stuckReason(ages, deadlineMs)).toMatch(reason);
  else expect(stuckReason(ages, deadlineMs)).toBeUndefined();
});

test("the age of what is in hand is that of the oldest that has not ended", () => {
  let now = 0;
  const inHand = new InHand(() => now);
  expect(inHand.oldestMs).toBe(0);
  const first = inHand.begin();
  now = 10;
  const second = inHand.begin();
  now = 30;
  expect([inHand.size, inHand.oldestMs]).toEqual([2, 30]);
  first();
  first();
  expect([inHand.size, inHand.oldestMs]).toEqual([1, 20]);
  second();
  expect([inHand.size, inHand.oldestMs]).toEqual([0, 0]);
});
