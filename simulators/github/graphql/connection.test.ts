import fc from "fast-check";
import { expect, test } from "vitest";
import { connection } from "./connection.ts";

const list = fc.nat(250).map((length) => Array.from({ length }, (_, at) => at));
const size = fc.integer({ min: 1, max: 100 });

test("forward, every item comes once and in order", () => {
  fc.assert(
    fc.property(list, size, (items, first) => {
      const seen: number[] = [];
      let after: string | null = null;
      for (let more = true; more; ) {
        const page: ReturnType<typeof connection<number>> = connection(items, { first, after }, "items");
        expect(page.totalCount).toBe(items.length);
        seen.push(...page.nodes);
        more = page.pageInfo.hasNextPage;
        after = page.pageInfo.endCursor;
      }
      expect(seen).toEqual(items);
    }),
  );
});

test("backward, every item comes once and in order", () => {
  fc.assert(
    fc.property(list, size, (items, last) => {
      const seen: number[] = [];
      let before: string | null = null;
      for (let more = true; more; ) {
        const page: ReturnType<typeof connection<number>> = connection(items, { last, before }, "items");
        seen.unshift(...page.nodes);
        more = page.pageInfo.hasPreviousPage;
        before = page.pageInfo.startCursor;
      }
      expect(seen).toEqual(items);
    }),
  );
});

test("a cursor of one's own making is refused", () => {
  expect(() => connection([1], { first: 1, after: "x" }, "items")).toThrow("`x` does not appear to be a valid cursor.");
});
