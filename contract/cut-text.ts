import { limits } from "./limits.ts";

/**
 * Cuts a text so that its JSON-escaped form fits into `maxBytes` and says so at the cut; shorter texts pass unchanged.
 * Never splits a surrogate pair.
 */
export function cutText(text: string, maxBytes: number = limits.taskTextBytes): string {
  if (escapedBytes(text) <= maxBytes) return text;
  const mark = `\n[… cut here: the whole text has ${text.length} characters; the runner reads the original]`;
  const room = maxBytes - escapedBytes(mark);
  let used = 0;
  let kept = "";
  for (const character of text) {
    used += escapedBytes(character);
    if (used > room) break;
    kept += character;
  }
  return kept + mark;
}

/** Bytes of the text inside JSON quotes. */
function escapedBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}
