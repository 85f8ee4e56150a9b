import { expect, test } from "vitest";
import { hops, hopsOf, podSchema } from "./hops.ts";

const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1000);
const pod = (component: string, created: number, started: number) =>
  podSchema.parse({
    metadata: { creationTimestamp: at(created).toISOString(), labels: { "app.kubernetes.io/component": component } },
    status: {
      containerStatuses: [
        { name: "wait", state: { running: { startedAt: at(0).toISOString() } } },
        { name: "main", state: { terminated: { startedAt: at(started).toISOString() } } },
      ],
    },
  });
const facts = {
  ...{ asked: +at(0), created: +at(1), shown: +at(40) },
  pods: [pod("agent", 12, 14), pod("mediator", 2, 5)],
  requests: [16, 20, 36].map((second) => +at(second)),
};

test("each hop begins where the one before ended, and all together are the whole", () => {
  const found = hopsOf(facts);
  expect(hops.map((hop) => found[hop] / 1000)).toEqual([1, 1, 3, 7, 2, 2, 20, 4]);
});

test("a run that did not come so far is no measurement", () => {
  expect(() => hopsOf({ ...facts, pods: [pod("mediator", 2, 5)] })).toThrow("without mediator, agent");
  expect(() => hopsOf({ ...facts, requests: [] })).toThrow("request to the model");
});
