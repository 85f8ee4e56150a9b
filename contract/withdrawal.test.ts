import { describe, expect, test } from "vitest";
import { at, buildSnapshot, comment, policy, stranger } from "./testing/build-snapshot.ts";
import { type Asked, withdrawalOf, withdrawnBy } from "./withdrawal.ts";

const asked = { at: at(5), comment: { id: 5 } };

describe("what was asked for is taken back by /cancel", () => {
  const cancel = (id: number, more = {}) => buildSnapshot([comment(id, { body: "/cancel", ...more })]);
  test.each<[string, Asked, ReturnType<typeof cancel>, boolean]>([
    ["after it", asked, cancel(6), true],
    ["after it, in the same second", asked, cancel(6, { minute: 5 }), true],
    ["not before it", asked, cancel(4), false],
    ["not before it, in the same second", asked, cancel(4, { minute: 5 }), false],
    ["in the second of a reaction or an issue", { at: at(6) }, cancel(6), true],
    ["not before a reaction", { at: at(7) }, cancel(6), false],
    ["also when it was edited since", asked, cancel(6, { lastEditedAt: at(9) }), true],
    ["also when it was hidden since", asked, cancel(6, { isMinimized: true }), true],
    ["not when it is only a remark", asked, cancel(6, { body: "please /cancel" }), false],
    ["not by a stranger's", asked, cancel(6, { author: stranger }), false],
  ])("%s", (_, what, snapshot, expected) => {
    expect(withdrawnBy(what, withdrawalOf(snapshot, policy))).toBe(expected ? "cancelled" : undefined);
  });
});

describe("what was asked for is taken back by closing the issue", () => {
  test.each<[string, Asked, string | undefined, boolean]>([
    ["after it", asked, at(6), true],
    ["in the same second", asked, at(5), true],
    ["not before it", asked, at(4), false],
    ["after a reaction", { at: at(5) }, at(6), true],
    ["not when it never was", asked, undefined, false],
  ])("%s", (_, what, closedAt, expected) => {
    const snapshot = buildSnapshot([], closedAt === undefined ? {} : { closedAt });
    expect(withdrawnBy(what, withdrawalOf(snapshot, policy))).toBe(expected ? "issue-closed" : undefined);
  });
});
