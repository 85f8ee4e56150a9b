import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { HookDelivery } from "../github-access.ts";
import { deliveriesToRedeliver } from "./deliveries-to-redeliver.ts";

const now = new Date("2026-03-04T12:00:00Z");
const hour = 3_600_000;
let lastId = 0;

function attempt(more: Partial<HookDelivery> = {}): HookDelivery {
  const statusCode = more.statusCode ?? 503;
  const deliveredAt = new Date(now.getTime() - hour).toISOString();
  return {
    id: String(++lastId),
    guid: "a",
    deliveredAt,
    redelivery: false,
    ok: statusCode >= 200 && statusCode < 300,
    statusCode,
    ...more,
  };
}
const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();
const due = (list: HookDelivery[], asked: string[] = []) =>
  deliveriesToRedeliver(list, new Set(asked), now).map(({ guid }) => guid);

describe("a delivery is asked for", () => {
  test.each([
    ["the service could not publish", 503],
    ["the gateway had no service behind it", 502],
    ["the service took too long", 504],
    ["the service failed", 500],
    ["nobody answered", 0],
    ["the body came too slowly", 408],
    ["there were too many", 429],
  ])("when %s", (_, statusCode) => {
    expect(due([attempt({ statusCode })])).toEqual(["a"]);
  });

  test("when it is a little younger than three days", () => {
    expect(due([attempt({ deliveredAt: ago(71 * hour) })])).toEqual(["a"]);
  });

  test("oldest first, each once, however often it is listed", () => {
    const young = attempt({ guid: "young", deliveredAt: ago(hour) });
    const old = attempt({ guid: "old", deliveredAt: ago(2 * hour) });
    expect(due([young, old, young])).toEqual(["old", "young"]);
  });
});

describe("a delivery is not asked for", () => {
  test.each([
    ["it was accepted", [attempt({ statusCode: 202 })]],
    ["its signature did not fit", [attempt({ statusCode: 401 })]],
    ["it was not understood", [attempt({ statusCode: 400 })]],
    ["there is nothing at the address", [attempt({ statusCode: 404 })]],
    ["it was too large", [attempt({ statusCode: 413 })]],
    ["it was accepted at another attempt", [attempt({ statusCode: 202, redelivery: true }), attempt()]],
    ["it was asked for before, and failed again", [attempt({ redelivery: true }), attempt()]],
    ["GitHub has forgotten it", [attempt({ deliveredAt: ago(72 * hour) })]],
    ["there are none", []],
  ])("when %s", (_, list) => {
    expect(due(list)).toEqual([]);
  });

  test("while GitHub does not show yet that it was", () => {
    expect(due([attempt(), attempt({ guid: "b" })], ["a"])).toEqual(["b"]);
  });
});

/** What happens on the side of GitHub and of people while rounds and restarts come as they like. */
type Step =
  | { kind: "delivery"; code: number }
  | { kind: "round"; atMost: number; succeeds: boolean }
  | { kind: "restart" }
  | { kind: "click"; which: number; succeeds: boolean }
  | { kind: "wait"; hours: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("delivery" as const),
      code: fc.constantFrom(202, 0, 401, 404, 408, 502, 503),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("round" as const),
      atMost: fc.integer({ min: 1, max: 5 }),
      succeeds: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("click" as const), which: fc.nat(), succeeds: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("wait" as const), hours: fc.integer({ min: 1, max: 40 }) }) },
);

test("over any history each delivery is asked for at most once, only if that may help, and none that may be helped is left", () => {
  let asks = 0;
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 60, size: "max" }), (steps) => {
      let time = Date.parse("2026-03-01T00:00:00Z");
      const list: HookDelivery[] = [];
      const asked = new Set<string>();
      const ours: string[] = [];
      const add = (guid: string, statusCode: number, redelivery: boolean) =>
        list.unshift(attempt({ guid, statusCode, redelivery, deliveredAt: new Date(time).toISOString() }));
      const round = (atMost: number, succeeds: boolean) => {
        for (const each of deliveriesToRedeliver(list, asked, new Date(time)).slice(0, atMost)) {
          const attempts = list.filter(({ guid }) => guid === each.guid);
          expect(attempts).toHaveLength(1);
          expect([202, 401, 404]).not.toContain(each.statusCode);
          expect(time - Date.parse(each.deliveredAt)).toBeLessThan(72 * hour);
          ours.push(each.guid);
          asked.add(each.guid);
          add(each.guid, succeeds ? 202 : 503, true);
        }
      };
      for (const each of steps) {
        time += 1000;
        if (each.kind === "delivery") add(`guid-${list.length}`, each.code, false);
        else if (each.kind === "round") round(each.atMost, each.succeeds);
        else if (each.kind === "restart") asked.clear();
        else if (each.kind === "wait") time += each.hours * hour;
        else if (list.length > 0) add(list[each.which % list.length]?.guid ?? "", each.succeeds ? 202 : 503, true);
      }
      round(Number.POSITIVE_INFINITY, true);
      expect(new Set(ours).size).toBe(ours.length);
      for (const { guid, statusCode, deliveredAt } of list.filter(({ redelivery }) => !redelivery))
        if ([0, 408, 502, 503].includes(statusCode) && time - Date.parse(deliveredAt) < 71 * hour)
          expect(list.filter((each) => each.guid === guid).length).toBeGreaterThan(1);
      asks += ours.length;
    }),
    { numRuns: 500 },
  );
  expect(asks).toBeGreaterThan(500);
});
