import type { WriteStream } from "node:tty";
import { styleText } from "node:util";
import type { Finding, Status } from "./finding.ts";

/** How a report is shown. */
export interface ReportView {
  /** On a terminal: a table with fixes below; otherwise one plain line for each check. */
  terminal: boolean;
  /** @default true on a terminal */
  colours?: boolean;
  /** Characters in a line, of a terminal. @default 100 */
  columns?: number;
  /** Characters that the checks' names are given on a terminal. @default 18 */
  nameWidth?: number;
}

/** Where a report is written, and whether people look at it there. */
export type ReportOutput = Pick<WriteStream, "write"> & Partial<Pick<WriteStream, "isTTY" | "columns" | "hasColors">>;

/** A table on a terminal, with its colours if it has some and nobody objects (NO_COLOR); plain lines anywhere else. */
export function viewOf({ isTTY, columns, hasColors }: ReportOutput): ReportView {
  return { terminal: isTTY ?? false, colours: hasColors?.() ?? false, ...(columns !== undefined && { columns }) };
}

const marks: Record<Status, string> = { ok: "✓", warning: "!", fault: "✗", skipped: "–" };
const colours = { ok: "green", warning: "yellow", fault: "red", skipped: "gray" } as const;

/** Findings as text, a summary as the last line. Pure. */
export function showFindings(findings: readonly Finding[], summary: string, view: ReportView): string {
  const lines = view.terminal ? findings.flatMap((finding) => tableRow(finding, view)) : findings.map(plainLine);
  return [...lines, ...(view.terminal && lines.length > 0 ? [""] : []), summary].join("\n");
}

/** How many there are of a status: `2 faults`. Pure. */
export function countOf(findings: readonly Finding[], status: Status, one: string): string {
  const number = findings.filter((finding) => finding.status === status).length;
  return `${number} ${one}${number === 1 ? "" : "s"}`;
}

const nameOf = ({ id, about }: Finding) => (about === undefined ? id : `${id} ${about}`);

/** One line, of which `status` and `id` are the first words. Pure. */
export function plainLine(finding: Finding): string {
  const { status, found, fix } = finding;
  return `${status.padEnd(7)} ${nameOf(finding)}: ${found}${fix === undefined ? "" : ` | to do: ${fix}`}`;
}

function tableRow(finding: Finding, { columns = 100, colours: coloured = true, nameWidth = 18 }: ReportView): string[] {
  const { status, id, about, found, fix } = finding;
  const paint = (colour: Parameters<typeof styleText>[0], text: string) =>
    coloured ? styleText(colour, text, { validateStream: false }) : text;
  const margin = nameWidth + 3;
  const indent = " ".repeat(margin);
  const width = Math.max(40, Math.min(columns, 120));
  const head = `${paint(colours[status], marks[status])} ${paint("bold", id.padEnd(nameWidth))}`;
  const text = wrapped(about === undefined ? found : `${about}: ${found}`, width - margin);
  const todo = (fix ?? "").split("\n").flatMap((line, index) =>
    // Commands of several lines are to be copied: they are shown as they are, from the line's beginning.
    index === 0
      ? wrapped(line, width - margin - 2).map((part, at) => `${indent}${at === 0 ? "→ " : "  "}${part}`)
      : [line],
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
