import { styleText } from "node:util";
import { type Finding, type PreflightReport, type Status, statuses } from "./finding.ts";

/** How a report is shown. */
export interface ReportView {
  /** On a terminal: a table with fixes below; otherwise one plain line for each check. */
  terminal: boolean;
  /** @default true on a terminal */
  colours?: boolean;
  /** Characters in a line, of a terminal. @default 100 */
  columns?: number;
}

const marks: Record<Status, string> = { ok: "✓", warning: "!", fault: "✗", skipped: "–" };
const colours = { ok: "green", warning: "yellow", fault: "red", skipped: "gray" } as const;

/** The report as text, or what of it has one of these statuses; the last line sums all of it up. Pure. */
export function showReport(report: PreflightReport, view: ReportView, shown: readonly Status[] = statuses): string {
  const findings = report.findings.filter(({ status }) => shown.includes(status));
  const lines = view.terminal ? findings.flatMap((finding) => tableRow(finding, view)) : findings.map(plainLine);
  return [...lines, ...(view.terminal && lines.length > 0 ? [""] : []), summaryOf(report)].join("\n");
}

/** One sentence: how many of what. Pure. */
export function summaryOf({ findings }: PreflightReport): string {
  const count = (status: Status) => findings.filter((finding) => finding.status === status).length;
  const say = (number: number, one: string) => `${number} ${one}${number === 1 ? "" : "s"}`;
  const [faults, warnings] = [count("fault"), count("warning")];
  const rest = warnings > 0 ? `, ${say(warnings, "warning")}` : "";
  return faults > 0
    ? `not ready: ${say(faults, "fault")}${rest}; what each means: docs/preflight.md`
    : `ready: ${say(count("ok"), "check")} passed${rest}${warnings > 0 ? "; what each means: docs/preflight.md" : ""}`;
}

const nameOf = ({ id, about }: Finding) => (about === undefined ? id : `${id} ${about}`);

/** One line, of which `status` and `id` are the first words. Pure. */
export function plainLine(finding: Finding): string {
  const { status, found, fix } = finding;
  return `${status.padEnd(7)} ${nameOf(finding)}: ${found}${fix === undefined ? "" : ` | to do: ${fix}`}`;
}

const indent = " ".repeat(21);

function tableRow(finding: Finding, { columns = 100, colours: coloured = true }: ReportView): string[] {
  const { status, id, about, found, fix } = finding;
  const paint = (colour: Parameters<typeof styleText>[0], text: string) =>
    coloured ? styleText(colour, text, { validateStream: false }) : text;
  const width = Math.max(40, Math.min(columns, 120));
  const head = `${paint(colours[status], marks[status])} ${paint("bold", id.padEnd(18))}`;
  const text = wrapped(about === undefined ? found : `${about}: ${found}`, width - 21);
  const todo = (fix ?? "").split("\n").flatMap((line, index) =>
    // Commands of several lines are to be copied: they are shown as they are, from the line's beginning.
    index === 0 ? wrapped(line, width - 23).map((part, at) => `${indent}${at === 0 ? "→ " : "  "}${part}`) : [line],
  );
  return [
    `${head} ${text[0] ?? ""}`,
    ...text.slice(1).map((line) => indent + line),
    ...(fix === undefined ? [] : todo.map((line) => paint("cyan", line))),
  ];
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
