import { stages } from "@froussard/contract";
import { expect, test } from "vitest";
import { type Hop, hops } from "./hops.ts";
import { quantile, reportPlatform } from "./report.ts";

test("a quantile is a value that was measured", () => {
  const values = Array.from({ length: 200 }, (_, n) => n + 1);
  expect([quantile(values, 0.5), quantile(values, 0.99), quantile([7], 0.99)]).toEqual([100, 198, 7]);
  expect(() => quantile([], 0.5)).toThrow("nothing was measured");
});

test("each target is told as met or not", () => {
  const times = Object.fromEntries(hops.map((hop) => [hop, 2_000])) as Record<Hop, number>;
  const pipelines = stages.map((stage) => ({ stage, hops: times, totalMs: 16_000 }));
  const text = reportPlatform({ handOver: [400, 450, 3_100], pipelines });
  expect(text).toContain("p50 0.45 s, p99 3.10 s");
  expect(text.match(/^(met|NOT MET)/gm)).toEqual(["met", "NOT MET", "met"]);
});
