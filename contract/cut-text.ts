import { limits } from "./limits.ts";

/**
 * Cuts a text so that its JSON-escaped form fits into `maxBytes` and says so at the cut; shorter texts pass unchanged.
 * Never splits a surrogate pair.
 */
export function cutText(text: string, maxBytes: number = limits.taskTextBytes): string {
  // No character takes less than a byte.
  if (text.length <= maxBytes && jsonBytes(text) <= maxBytes) return text;
  const mark = `\n[… cut here: the whole text has ${text.length} characters; the runner reads the original]`;
  return text.slice(0, fittingLength(text, maxBytes - jsonBytes(mark))) + mark;
}

/** Bytes of the text inside JSON quotes. */
function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** Length of the longest beginning, of whole characters, whose JSON-escaped form takes at most `maxBytes`. */
function fittingLength(text: string, maxBytes: number): number {
  let bytes = 0;
  for (let index = 0; index < text.length; ) {
    // Counted, for serializing each by itself takes milliseconds, and texts come with every webhook.
    const character = text.codePointAt(index) ?? 0;
    bytes += escapedBytes(character);
    if (bytes > maxBytes) return index;
    index += character > 0xffff ? 2 : 1;
  }
  return text.length;
}

const quote = 0x22;
const backslash = 0x5c;
/** \b \t \n \f \r */
const shortEscapes = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d]);

/** Those of one character. */
function escapedBytes(character: number): number {
  if (character < 0x20) return shortEscapes.has(character) ? 2 : 6;
  if (character < 0x80) return character === quote || character === backslash ? 2 : 1;
  if (character < 0x800) return 2;
  // Half of a pair, which JSON.stringify writes as \ud83d.
  if (character >= 0xd800 && character <= 0xdfff) return 6;
  return character > 0xffff ? 4 : 3;
}
