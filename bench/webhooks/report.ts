import { showSpread, spreadOf } from "../spread.ts";
import { table } from "../table.ts";
import type { Kind } from "./deliveries.ts";
import type { Measurement } from "./measure.ts";
import { subjectNames } from "./subject-names.ts";

const titles: Readonly<Record<Kind, string>> = { raw: "Raw event alone", task: "Raw event and task" };
const ours = subjectNames.froussard;

/** The measurements for people: a table a kind and number of connections, each number over its rounds. */
export function report(measurements: readonly Measurement[]): string {
  const groups = Map.groupBy(measurements, ({ kind, connections }) => `${titles[kind]}, ${connections} connections`);
  return [...groups].map(([title, found]) => `${title}\n\n${groupTable(found)}\n`).join("\n");
}

const head = ["", "webhooks/s", "p50 ms", "p99 ms", "CPU ms", "RSS MB", "failed", "our speed", "our p50"];

function groupTable(found: readonly Measurement[]): string {
  const subjects = Map.groupBy(found, ({ subject }) => subject);
  const own = subjects.get(ours) ?? [];
  const rows = [...subjects].map(([subject, each]) => {
    const spread = (field: Field, digits: number) => showSpread(spreadOf(each.map((one) => one[field])), digits);
    const ratio = (field: Field) => (own.length > 0 && subject !== ours ? showSpread(ratios(own, each, field), 2) : "");
    const failed = each.reduce((sum, one) => sum + one.failed, 0);
    const rss = spreadOf(each.map((one) => one.rss / 1e6));
    return [
      subject,
      ...[spread("perSecond", 0), spread("p50Ms", 2), spread("p99Ms", 1), spread("cpuMs", 2)],
      ...[showSpread(rss, 0), String(failed), ratio("perSecond"), ratio("p50Ms")],
    ];
  });
  return table(head, rows);
}

type Field = "perSecond" | "p50Ms" | "p99Ms" | "cpuMs" | "rss";

/** Ours by theirs, each within its round. */
export function ratios(own: readonly Measurement[], theirs: readonly Measurement[], field: Field) {
  const inRound = new Map(theirs.map((one) => [one.round, one[field]]));
  return spreadOf(own.map((one) => one[field] / (inRound.get(one.round) ?? Number.NaN)));
}
