import { expect, test } from "vitest";
import type { Measurement } from "./measure.ts";
import { report } from "./report.ts";
import { subjectNames } from "./subject-names.ts";
import { showTargets } from "./targets.ts";

const one = (subject: keyof typeof subjectNames, more: Partial<Measurement>): Measurement => ({
  subject: subjectNames[subject],
  kind: "task",
  connections: 64,
  round: 1,
  count: 1_000,
  failed: 0,
  perSecond: 1_000,
  p50Ms: 10,
  p99Ms: 40,
  cpuMs: 0.5,
  rss: 150e6,
  senderCpuMs: 0.1,
  ...more,
});

test("numbers are medians with their ends, ratios are made within a round", () => {
  const measurements = [
    one("froussard", { perSecond: 1_000 }),
    one("floor", { perSecond: 2_000, p50Ms: 5 }),
    one("floor", { round: 2, perSecond: 1_000, p50Ms: 20 }),
    one("froussard", { round: 2, perSecond: 800, failed: 3 }),
  ];
  expect(report(measurements)).toMatchInlineSnapshot(`
    "Raw event and task, 64 connections

    |                                    |       webhooks/s |             p50 ms | p99 ms | CPU ms | RSS MB | failed |        our speed |          our p50 |
    | ---------------------------------- | ---------------: | -----------------: | -----: | -----: | -----: | -----: | ---------------: | ---------------: |
    | froussard serve                    |   900 (800-1000) |              10.00 |   40.0 |   0.50 |    150 |      3 |                  |                  |
    | bare server, HMAC and parsing only | 1500 (1000-2000) | 12.50 (5.00-20.00) |   40.0 |   0.50 |    150 |      0 | 0.65 (0.50-0.80) | 1.25 (0.50-2.00) |
    "
  `);
});

test("targets are met, missed or not measured", () => {
  const measurements = [
    one("froussard", {}),
    one("ownServer", { perSecond: 2_000 }),
    one("froussard", { kind: "raw" }),
    one("eventSource", { kind: "raw", perSecond: 400 }),
    one("froussard", { kind: "raw", connections: 1, p50Ms: 2 }),
    one("library", { kind: "raw", connections: 1, p50Ms: 1 }),
  ];
  expect(showTargets(measurements)).toMatchInlineSnapshot(`
    "met      with a task, 64 connections: at least 0.45 of the speed of the same server, HMAC and parsing only: 0.50
    NOT MET  raw event, 64 connections: at least 3 times the speed of Argo Events' EventSource: 2.50
    met      raw, 1 connection: p50 below 3 times that of the library alone: 2.00
    not measured  task, 1 connection: p50 below 3 times that of the library alone
    met      64 connections: RSS below 200 MB: 150.00"
  `);
});
