import { markers } from "@froussard/contract";
import fc from "fast-check";
import { owner, stranger } from "./fake-github.ts";
import type { Run } from "./pipeline.ts";

const texts = [
  "/plan",
  "/replan bigger",
  "/retry",
  "/cancel",
  "/approve",
  "execute plan",
  "/approve 00000000",
  "well",
  "> /approve",
  `${markers.plan}\nx`,
];
const person = fc.constantFrom(owner, owner, owner, stranger);
const nth = fc.nat(5);
/** One thing that happens: people do what people do, deliveries are lost, repeated, reordered, runs fail or are killed. */
export const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ do: fc.constant("open" as const), by: person }) },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant("comment" as const), by: person, on: nth, text: fc.constantFrom(...texts) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom("react" as const, "react" as const, "unreact" as const),
      by: person,
      on: nth,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("edit" as const), by: fc.constantFrom(owner, stranger), on: nth }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom(
        "edit command" as const,
        "edit command" as const,
        "hide command" as const,
        "skip" as const,
        "unskip" as const,
      ),
      on: nth,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom("close" as const, "reopen" as const, "rename" as const, "transfer" as const),
      on: nth,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom("deliver" as const, "deliver" as const, "repeat" as const, "lose" as const),
      on: nth,
      slow: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("look" as const, "look twice" as const, "look and die" as const, "restart" as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("run" as const),
      how: fc.constantFrom<Run>(
        "succeeds",
        "succeeds",
        "succeeds",
        "fails",
        "posts its plan twice",
        "is killed after publishing",
      ),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(0, 1, 1, 30, 90, 400, 5000) }),
  },
);
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const planned: Step[] = [{ do: "look" }, { do: "run", how: "succeeds" }, { do: "wait", seconds: 30 }];
const approved: Step[] = [...planned, { do: "react", by: owner, on: 0 }, { do: "look" }];
const failed: Step[] = [
  { do: "run", how: "fails" },
  { do: "wait", seconds: 30 },
];
const unapproved: Step[] = [
  { do: "unreact", by: owner, on: 0 },
  { do: "comment", by: owner, on: 0, text: "/retry" },
  { do: "look" },
  { do: "wait", seconds: 30 },
];
const starts: Step[][] = [
  [],
  planned,
  planned,
  approved,
  [{ do: "look" }, ...failed],
  [...approved, ...failed],
  [...approved, ...failed, ...unapproved],
];
/** How far the first issue has come when everybody begins to act at random, after remarks that move all ids on. */
export const begin = fc
  .tuple(fc.nat(3), fc.constantFrom(...starts))
  .map(([remarks, steps]): Step[] => [
    ...Array.from({ length: remarks }, (): Step => ({ do: "comment", by: owner, on: 0, text: "well" })),
    ...steps,
  ]);
