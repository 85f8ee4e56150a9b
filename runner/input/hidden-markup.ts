import { parse, postprocess, preprocess } from "micromark";
import { gfm } from "micromark-extension-gfm";

/** Markdown and HTML whose text GitHub's page does not show, or only to a pointer that rests on it. */
export const hiddenMarkupKinds = [
  "HTML instruction",
  "HTML attribute",
  "hidden HTML element",
  "image text",
  "link title",
  "unused link definition",
  "unused footnote",
  "diagram comment",
  "markup within markup",
] as const;
export type HiddenMarkupKind = (typeof hiddenMarkupKinds)[number];

interface Edit {
  start: number;
  end: number;
  replacement: string;
  kind: HiddenMarkupKind;
  count: number;
}

/** Removing one thing can make another of what stood round it. Nobody writes that by accident. */
const maxRounds = 8;

/**
 * Removes text that stands in the source but not on the page: instructions, attributes and hidden elements of HTML, titles
 * of links, long texts of images, definitions and footnotes that nothing refers to, comments in diagrams. What is code for
 * Markdown stays as it is. `found` is told what was removed. Idempotent.
 */
export function removeHiddenMarkup(text: string, found: (kind: HiddenMarkupKind, count: number) => void): string {
  let rest = isExcessive(text) ? withoutMarkup(text, found) : text;
  for (let round = 0; round < maxRounds; round++) {
    rest = rest.replace(hiddenElement, () => {
      found("hidden HTML element", 1);
      return "";
    });
    const edits = editsOf(rest);
    if (edits.length === 0) return rest;
    for (const { kind, count } of edits) found(kind, count);
    rest = apply(rest, edits);
  }
  return editsOf(rest).length === 0 ? rest : withoutMarkup(rest, found);
}

const marker = "[ \\t]*(?:>|[-*+]|\\d{1,9}[.)])";
const tooDeep = new RegExp(`^((?:${marker}){50})(?:${marker})+`, "gm");
const maxDefinitions = 300;

/** Markdown that nobody writes, and that would keep its parser busy for half a minute. */
function isExcessive(text: string): boolean {
  return text.search(tooDeep) >= 0 || text.split("]:").length > maxDefinitions;
}

/**
 * What is left of a text whose pieces hide each other without end, or are nested beyond reason: all its words, and no
 * HTML, definition or link.
 */
export function withoutMarkup(text: string, found: (kind: HiddenMarkupKind, count: number) => void): string {
  found("markup within markup", 1);
  return text
    .replace(/<|%%/g, "")
    .replace(/\]+(?=[:(])/g, "] ")
    .replace(tooDeep, "$1 ");
}

function apply(text: string, edits: readonly Edit[]): string {
  let kept = "";
  let position = 0;
  for (const { start, end, replacement } of edits) {
    kept += text.slice(position, start) + replacement;
    position = end;
  }
  return kept + text.slice(position);
}

/** In order, none within another. */
function editsOf(text: string): Edit[] {
  if (!/<|\]\(|\]:|!\[|%%/.test(text)) return [];
  const edits: Edit[] = [];
  const add = (start: number, end: number, replacement: string, kind: HiddenMarkupKind, count = 1) => {
    if (start >= (edits.at(-1)?.end ?? 0) && text.slice(start, end) !== replacement)
      edits.push({ start, end, replacement, kind, count });
  };
  for (const { type, start, end } of tokensOf(text)) {
    const [from, to] = [start.offset, end.offset];
    const source = text.slice(from, to);
    if (type === "htmlFlow" || type === "htmlText") {
      const swallowing = source.search(openAttribute);
      if (swallowing >= 0) {
        add(from + swallowing, text.length, "", "HTML attribute");
        break;
      }
      const { html, kinds } = visibleHtml(source);
      if (html !== source) add(from, to, html, kinds[0] ?? "HTML attribute", kinds.length);
    } else if (type === "resourceTitle" || type === "definitionTitle") add(from, to, "", "link title");
    else if (type === "definition" && !isUsed(text, from, to, source)) add(from, to, "", "unused link definition");
    else if (type === "gfmFootnoteDefinition" && !isUsed(text, from, to, source)) add(from, to, "", "unused footnote");
    else if (type === "image") {
      const alt = /^!\[([^\]]*)\]/.exec(source)?.[1] ?? "";
      if (isLongImageText(alt)) add(from + 2, from + 2 + alt.length, "", "image text");
    } else if (type === "codeFenced" && /^\s*(?:`{3,}|~{3,})\s*mermaid\b/i.test(source)) {
      const shown = source.replace(/^[ \t]*%%(?!\{).*\n?/gm, "");
      if (shown !== source) add(from, to, shown, "diagram comment");
    }
  }
  return edits;
}

type Token = ReturnType<typeof postprocess>[number][1];

function tokensOf(text: string): Token[] {
  const events = postprocess(
    parse({ extensions: [gfm()] })
      .document()
      .write(preprocess()(text, undefined, true)),
  );
  return events.flatMap(([kind, token]) => (kind === "enter" ? [token] : []));
}

/** Whether the label of a definition stands anywhere else. */
function isUsed(text: string, from: number, to: number, definition: string): boolean {
  const label = /^\[([^\]]+)\]:/.exec(definition)?.[1];
  if (label === undefined) return false;
  const wanted = `[${plain(label)}]`;
  return plain(text.slice(0, from)).includes(wanted) || plain(text.slice(to)).includes(wanted);
}

const plain = (text: string) => text.toLowerCase().replace(/\s+/g, " ");

/** A file's name says no more than the image's address; a sentence would be read as one. */
function isLongImageText(text: string): boolean {
  return (
    /\s/.test(text.trim()) &&
    !/^(?:image|screenshot|screen shot|screen recording)?[\s\d._:-]*(?:at|AM|PM)?[\s\d._:-]*$/i.test(text.trim())
  );
}

/** A value whose quotation never ends: on the page it takes in all that follows, Markdown or not. */
const openAttribute = /<[A-Za-z/](?:"[^"]*"|'[^']*'|[^"'<>])*(?:"[^"]*|'[^']*)$/;

const instruction = /<\?[\s\S]*?(?:\?>|$)|<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|<![A-Za-z][^>]*(?:>|$)/g;
/** Shown only by browsers that know no annotations. */
const hiddenElement = /<rp\b[^<>]*>[\s\S]*?(?:<\/rp\s*>|(?=<\/?(?:rp|rt|ruby)\b)|$)/gi;
const tag = /<([A-Za-z][A-Za-z0-9-]*)((?:"[^"]*"|'[^']*'|[^"'<>])*)>/g;
const attribute = /([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?/g;
/** Of those that GitHub keeps, the ones that change what is seen. */
const shownAttributes =
  /^(?:align|checked|colspan|height|href|open|rowspan|src|srcset|start|type|valign|width|media)$/i;

function visibleHtml(source: string): { html: string; kinds: HiddenMarkupKind[] } {
  const kinds: HiddenMarkupKind[] = [];
  const removed = (kind: HiddenMarkupKind) => {
    kinds.push(kind);
    return "";
  };
  const html = source
    .replace(instruction, () => removed("HTML instruction"))
    .replace(tag, (whole, name: string, attributes: string) => {
      const shown = [...attributes.matchAll(attribute)].filter(([, key = "", value = ""]) =>
        key.toLowerCase() === "alt" ? !isLongImageText(value.replace(/^["']|["']$/g, "")) : shownAttributes.test(key),
      );
      if (shown.length === [...attributes.matchAll(attribute)].length) return whole;
      removed("HTML attribute");
      return `<${[name, ...shown.map(([text]) => text)].join(" ")}${attributes.trimEnd().endsWith("/") ? " /" : ""}>`;
    });
  // What is never closed is no tag to a reader, and a browser leaves it out.
  const end = html.lastIndexOf(">") + 1;
  const open = html.slice(end).search(/<[A-Za-z/]/);
  if (open < 0) return { html, kinds };
  removed("HTML attribute");
  return { html: html.slice(0, end + open), kinds };
}
