import fc from "fast-check";
import { expect, test } from "vitest";
import { groupLength, type Member } from "./group-length.ts";

const member = (bytes: Readonly<Record<string, number>>, alone = false): Member => ({
  records: Object.entries(bytes).map(([topic, size]) => ({
    topic,
    key: "",
    headers: {},
    value: Buffer.alloc(0),
    bytes: size,
  })),
  alone,
});

test("what fits together goes together, counted by topic", () => {
  expect(groupLength([member({ a: 60 }), member({ a: 40, b: 90 }), member({ b: 10 })], 100)).toBe(3);
  expect(groupLength([member({ a: 60 }), member({ a: 41, b: 90 }), member({ b: 10 })], 100)).toBe(1);
});

test("what is larger than a group by itself goes by itself", () => {
  expect(groupLength([member({ a: 500 }), member({ a: 1 })], 100)).toBe(1);
  expect(groupLength([member({ a: 1 }), member({ a: 500 })], 100)).toBe(1);
});

test("who must go alone does, at any place", () => {
  expect(groupLength([member({ a: 1 }, true), member({ a: 1 })], 100)).toBe(1);
  expect(groupLength([member({ a: 1 }), member({ a: 1 }), member({ a: 1 }, true)], 100)).toBe(2);
});

test("every group is as long as it may be, and no longer", () => {
  const sizes = fc.record({ a: fc.nat(120), b: fc.nat(120) });
  fc.assert(
    fc.property(fc.array(sizes, { minLength: 1 }), (all) => {
      const length = groupLength(
        all.map((each) => member(each)),
        100,
      );
      const fits = (count: number) =>
        (["a", "b"] as const).every((topic) => all.slice(0, count).reduce((sum, each) => sum + each[topic], 0) <= 100);
      expect(length === 1 || fits(length)).toBe(true);
      if (length < all.length) expect(fits(length + 1)).toBe(false);
    }),
  );
});
