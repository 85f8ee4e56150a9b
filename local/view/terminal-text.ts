import { cutVisibly, visibleLine } from "@froussard/contract";
import stringWidth from "string-width";

/**
 * Makes text that is not ours one line that a terminal only shows: no control characters (so no escape sequences), no
 * bidirectional or invisible ones, cut to so many characters.
 */
export function inert(text: string, max = 300): string {
  return cutVisibly(visibleLine(text), max, "…");
}

/** A value as JSON in which nothing can control a terminal either: what JSON leaves as it is comes escaped. */
export function inertJson(value: unknown): string {
  return JSON.stringify(value).replace(/[\x7F-\x9F\u2028\u2029]|\p{Cf}|\p{Co}/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => escaped(character.charCodeAt(index))).join(""),
  );
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}

export { stringWidth as widthOf };

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** As much of the text as so many columns hold, its cut marked; wide characters count two. */
export function cutToWidth(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  return width < 1 ? "" : `${takeWidth(text, width - 1)}…`;
}

/** The text in lines of at most so many columns, broken between words where they fit. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").flatMap((each) => wrapToWidth(each, width))) {
    const last = lines.at(-1);
    if (last !== undefined && stringWidth(last) + 1 + stringWidth(word) <= width)
      lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(word);
  }
  return lines;
}

/** The text in pieces of at most so many columns, for addresses that must be whole. */
export function wrapToWidth(text: string, width: number): string[] {
  const pieces: string[] = [];
  for (let rest = text; rest !== ""; ) {
    // A character that is wider than the terminal stands alone, or this would never end.
    const piece = takeWidth(rest, width) || [...rest].slice(0, 1).join("");
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return pieces;
}

function takeWidth(text: string, width: number): string {
  let taken = "";
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) {
    columns += stringWidth(segment);
    if (columns > width) break;
    taken += segment;
  }
  return taken;
}
