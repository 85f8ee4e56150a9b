import { visibleLine } from "@froussard/contract";
import { codeSpan } from "../../render/code-text.ts";

/** Ways to put names and numbers that all texts of ours share. */
export const logins = (names: readonly string[]) => names.map((name) => codeSpan(visibleLine(name))).join(", ");
export const shortHash = (hash: string) => codeSpan(hash.slice(0, 8));
export const count = (number: number) => number.toLocaleString("en-US");
export const counted = (number: number, one: string, many = `${one}s`) =>
  `${count(number)} ${number === 1 ? one : many}`;

export function duration(seconds: number): string {
  return seconds < 60 ? `${Math.round(seconds)} s` : `${(seconds / 60).toFixed(1)} min`;
}

/** What most readers do not need: folded away under a line that says what is there. */
export function details(summary: string, lines: readonly string[]): string {
  return `<details><summary>${summary}</summary>\n\n${lines.join("\n")}\n\n</details>`;
}
