import { expect, test } from "vitest";
import { nearestName } from "./nearest-name.ts";

const known = ["replicas", "labels", "name", "spec"];

test.each([
  ["replicaz", "replicas"],
  ["lables", "labels"],
  ["Name", "name"],
  ["spce", undefined],
  ["colour", undefined],
])("%s: %s", (name, nearest) => {
  expect(nearestName(name, known)).toBe(nearest);
});

test("knows none where there is nothing to know", () => {
  expect(nearestName("a", [])).toBeUndefined();
});
