import { deployment } from "@froussard/infra/testing/deployment";
import { expect, test } from "vitest";
import type { Manifest } from "../controllers/manifest.ts";
import { smallRequests } from "./small-requests.ts";

const count = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].length;

test("every request is cut, Argo's own containers included, and nothing else is touched", () => {
  const before = JSON.stringify(deployment());
  const after = JSON.stringify(smallRequests(JSON.parse(before) as Manifest[]));
  const requests = /requests\\*":\{\\*"cpu\\*":\\*"([0-9]+m?)\\*"/g;
  expect(count(before, requests)).toBeGreaterThan(10);
  expect(new Set([...after.matchAll(requests)].map(([, cpu]) => cpu))).toEqual(new Set(["10m"]));
  expect(after.replaceAll(requests, "")).toBe(before.replaceAll(requests, ""));
});
