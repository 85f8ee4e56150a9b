import { type Spread, showSpread, spreadOf } from "../spread.ts";
import type { Kind } from "./deliveries.ts";
import type { Measurement } from "./measure.ts";
import { ratios } from "./report.ts";
import { subjectNames } from "./subject-names.ts";

interface Target {
  words: string;
  /** Undefined where it was not measured. */
  found(select: Select): Spread | undefined;
  isMet(median: number): boolean;
}

type Select = (name: keyof typeof subjectNames, kind: Kind, connections: number) => readonly Measurement[];

const ratio = (
  select: Select,
  peer: keyof typeof subjectNames,
  kind: Kind,
  connections: number,
  field: "perSecond" | "p50Ms",
) => {
  const [own, theirs] = [select("froussard", kind, connections), select(peer, kind, connections)];
  return own.length > 0 && theirs.length > 0 ? ratios(own, theirs, field) : undefined;
};

const targets: readonly Target[] = [
  {
    words: "with a task, 64 connections: at least 0.45 of the speed of the same server, HMAC and parsing only",
    found: (select) => ratio(select, "ownServer", "task", 64, "perSecond"),
    isMet: (median) => median >= 0.45,
  },
  {
    words: "raw event, 64 connections: at least 3 times the speed of Argo Events' EventSource",
    found: (select) => ratio(select, "eventSource", "raw", 64, "perSecond"),
    isMet: (median) => median >= 3,
  },
  ...(["raw", "task"] as const).map((kind) => ({
    words: `${kind}, 1 connection: p50 below 3 times that of the library alone`,
    found: (select: Select) => ratio(select, "library", kind, 1, "p50Ms"),
    isMet: (median: number) => median < 3,
  })),
  {
    words: "64 connections: RSS below 200 MB",
    found: (select) => {
      const all = (["raw", "task"] as const).flatMap((kind) => select("froussard", kind, 64));
      return all.length > 0 ? spreadOf(all.map(({ rss }) => rss / 1e6)) : undefined;
    },
    isMet: (median) => median < 200,
  },
];

/** What was aimed at, and whether the median is there; one line each. */
export function showTargets(measurements: readonly Measurement[]): string {
  const select: Select = (name, kind, connections) =>
    measurements.filter(
      (one) => one.subject === subjectNames[name] && one.kind === kind && one.connections === connections,
    );
  return targets
    .map(({ words, found, isMet }) => {
      const spread = found(select);
      if (!spread) return `not measured  ${words}`;
      return `${isMet(spread.median) ? "met    " : "NOT MET"}  ${words}: ${showSpread(spread, 2)}`;
    })
    .join("\n");
}
