import { styleText } from "node:util";
import { cutToWidth, widthOf } from "./terminal-text.ts";

export type Style = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** A piece of a line: text, or text in a style. What is not ours goes through `inert` first. */
export type Span = string | readonly [Style, string];
export type Row = readonly Span[];

/** The line as a terminal gets it; whole, or cut to so many columns. */
export function paintRow(row: Row, { colour, width }: { colour: boolean; width?: number }): string {
  let left = width ?? Number.POSITIVE_INFINITY;
  let line = "";
  for (const span of row) {
    const [style, text] = typeof span === "string" ? [undefined, span] : span;
    const shown = cutToWidth(text, left);
    left -= widthOf(shown);
    line += style && colour ? styleText(style, shown, { validateStream: false }) : shown;
    if (shown !== text || left <= 0) break;
  }
  return line;
}
