import { type HiddenMarkupKind, hiddenMarkupKinds, removeHiddenMarkup, withoutMarkup } from "./hidden-markup.ts";

/**
 * Text that GitHub's page does not show but a model would read. The order matters: characters go first, so that they
 * cannot keep an HTML comment from being found.
 */
const characterKinds = {
  "lone surrogate": /\p{Surrogate}/gu,
  control: /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g,
  "zero-width": /[\u200B-\u200D\uFEFF\u180E]/g,
  bidirectional: /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g,
  "Unicode tag": /[\u{E0000}-\u{E007F}]/gu,
  "invisible operator": /[\u2060-\u2064]/g,
  "soft hyphen": /\u00AD/g,
  "variation selector": /[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/gu,
  // Whatever else Unicode tells programs to show as nothing (Hangul fillers, deprecated format characters, …).
  "other invisible": /\p{Default_Ignorable_Code_Point}/gu,
} as const;

export type HiddenTextKind = keyof typeof characterKinds | "HTML comment" | HiddenMarkupKind;
const hiddenTextKinds = [...Object.keys(characterKinds), "HTML comment", ...hiddenMarkupKinds] as HiddenTextKind[];

/** What was removed: how many characters of a kind, or how many pieces of markup. */
export interface RemovedText {
  kind: HiddenTextKind;
  count: number;
}

/**
 * Removes what people who read the page cannot see, counts it, and turns CRLF and CR into LF. Nothing else changes:
 * braces, quotes, backticks and every visible character stay. Idempotent.
 *
 * HTML comments go wherever they stand, in code blocks too: what GitHub takes for code depends on all of Markdown and
 * HTML, and guessing wrong would let hidden text through, whereas a comment too many is shown in the list.
 */
export function removeHiddenText(text: string): { text: string; removed: RemovedText[] } {
  const counts = new Map<HiddenTextKind, number>();
  const count = (kind: HiddenTextKind, by = 1) => counts.set(kind, (counts.get(kind) ?? 0) + by);
  const characters = removeCharacters(text, count).replace(/\r\n?/g, "\n");
  const comment = () => count("HTML comment");
  // What markup hid may be a comment now, and the other way round.
  let visible = characters;
  for (let round = 0, before = ""; before !== visible; round++) {
    before = visible;
    visible = removeHiddenMarkup(removeComments(visible, comment), count);
    if (round === maxRounds) visible = withoutMarkup(visible, count);
  }
  return {
    text: visible,
    removed: hiddenTextKinds.flatMap((kind) => {
      const found = counts.get(kind);
      return found === undefined ? [] : [{ kind, count: found }];
    }),
  };
}

const maxRounds = 8;

/** Emoji that Unicode recommends: what joins and selects in them is seen. */
const emoji = /\p{RGI_Emoji}/gv;
/** Character references, which the page decodes before anybody reads it. */
const reference = /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(shy|zwj|zwnj|lrm|rlm|ZeroWidthSpace|NoBreak|af|it|ic));?/gi;
const named: Readonly<Record<string, number>> = {
  ...{ shy: 0xad, zwj: 0x200d, zwnj: 0x200c, lrm: 0x200e, rlm: 0x200f, zerowidthspace: 0x200b },
  ...{ nobreak: 0x2060, af: 0x2061, it: 0x2062, ic: 0x2063 },
};

function removeCharacters(text: string, count: (kind: HiddenTextKind) => void): string {
  let kept = "";
  let position = 0;
  for (const match of text.matchAll(emoji)) {
    kept += removeFrom(text.slice(position, match.index), count) + match[0];
    position = match.index + match[0].length;
  }
  return kept + removeFrom(text.slice(position), count);
}

function removeFrom(text: string, count: (kind: HiddenTextKind) => void): string {
  let visible = text.replace(reference, (whole, hex?: string, decimal?: string, name?: string) => {
    const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : named[name?.toLowerCase() ?? ""];
    const character = code !== undefined && code <= 0x10_ff_ff ? String.fromCodePoint(code) : "";
    return kindOf(character) ? character : whole;
  });
  for (const [kind, pattern] of Object.entries(characterKinds))
    visible = visible.replace(pattern, () => {
      count(kind as HiddenTextKind);
      return "";
    });
  return visible;
}

function kindOf(character: string): string | undefined {
  return Object.entries(characterKinds).find(([, pattern]) => character.search(pattern) >= 0)?.[0];
}

const opening = "<!--";
const closing = "-->";

function removeComments(text: string, found: () => void): string {
  let rest = text;
  // Removing one comment can join the halves of another one that was put round it. Nobody writes that by accident.
  for (let round = 0; round < 3; round++) {
    const next = removeOnce(rest, found);
    if (next === rest) return rest;
    rest = next;
  }
  const left = rest.indexOf(opening);
  if (left < 0 || removeOnce(rest, () => {}) === rest) return rest;
  found();
  return rest.slice(0, left);
}

function removeOnce(text: string, found: () => void): string {
  let kept = "";
  let position = 0;
  for (;;) {
    const start = text.indexOf(opening, position);
    if (start < 0) return kept + text.slice(position);
    // `<!-->` and `<!--->` are comments without content: what follows them is shown.
    const empty = /^<!--(?:>|->)/.exec(text.slice(start, start + 6))?.[0];
    if (empty) {
      kept += text.slice(position, start);
      found();
      position = start + empty.length;
      continue;
    }
    const end = text.indexOf(closing, start + opening.length);
    if (end < 0) {
      const before = kept + text.slice(position, start);
      if (!hidesTheRest(before)) return kept + text.slice(position);
      found();
      return before;
    }
    kept += text.slice(position, start);
    found();
    position = end + closing.length;
  }
}

/**
 * A comment that never ends hides everything after it when it begins its line (CommonMark 4.6, HTML block 2) or stands
 * inside HTML; in the middle of plain Markdown it is shown as it is.
 */
function hidesTheRest(before: string): boolean {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return line.trim() === "" || /<[a-zA-Z/!?]/.test(before);
}
