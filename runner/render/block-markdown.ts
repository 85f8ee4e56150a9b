import { cutVisibly, visibleLine, visibleText } from "@froussard/contract";
import { codeBlock } from "./code-text.ts";
import { escapeLineStart, inlineMarkdown } from "./inline-markdown.ts";

interface Level {
  /** Columns in the source. */
  indent: number;
  /** Columns in what we write. */
  offset: number;
}

const maxLevels = 4;

/**
 * Markdown of the model as inert Markdown (design §5): paragraphs, lists, headings (as bold lines), code blocks and code
 * spans are kept, tables are shown as code, everything else is shown as the text it is. `max` bounds the source in
 * characters; a cut is marked. The result ends all that it opens, so that it can stand anywhere at the start of a line.
 */
export function blockMarkdown(text: string, max = 8_000): string {
  const lines = cutVisibly(visibleText(text), max).split("\n");
  const written: string[] = [];
  const levels: Level[] = [];
  const write = (block: string) => {
    const offset = " ".repeat(levels.at(-1)?.offset ?? 0);
    for (const line of block.split("\n")) written.push(line === "" ? "" : offset + line);
  };
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? "";
    const fence = /^\s*(`{3,}|~{3,})\s*([^`]*)$/.exec(line);
    const item = /^(\s*)(?:([-*+])|(\d{1,4})[.)])\s+(\S.*)$/.exec(line);
    if (fence?.[1]) {
      const { code, next } = readFence(lines, index, fence[1]);
      leaveTo(levels, indentOf(line));
      write(codeBlock(code, fence[2]?.trim().toLowerCase()));
      index = next;
    } else if (item && !/^\s*([-*_])(?:\s*\1){2,}\s*$/.test(line)) {
      const marker = item[3] ? `${item[3]}. ` : "- ";
      const indent = indentOf(line);
      while (levels.length > 0 && (levels.at(-1)?.indent ?? 0) > indent) levels.pop();
      if (levels.at(-1)?.indent === indent || levels.length >= maxLevels) levels.pop();
      const offset = levels.at(-1)?.offset ?? 0;
      written.push(`${" ".repeat(offset)}${marker}${paragraph(item[4] ?? "")}`);
      levels.push({ indent, offset: offset + marker.length });
    } else if (line.trim() === "") {
      if (written.at(-1) !== "") written.push("");
    } else if (line.trimStart().startsWith("|")) {
      const end = lines.findIndex((each, at) => at > index && !each.trimStart().startsWith("|"));
      const rows = lines.slice(index, end < 0 ? undefined : end);
      write(codeBlock(rows.map((row) => row.trim()).join("\n")));
      index += rows.length - 1;
    } else {
      leaveTo(levels, indentOf(line));
      write(heading(line) ?? paragraph(line));
    }
  }
  return written.join("\n").trim();
}

/** A text of the model in one line of Markdown, wherever it stands in ours. */
export function lineMarkdown(text: string, max = 1_000): string {
  return escapeLineStart(inlineMarkdown(cutVisibly(visibleLine(text), max)));
}

function paragraph(line: string): string {
  return escapeLineStart(inlineMarkdown(visibleLine(line)));
}

function heading(line: string): string | undefined {
  const title = /^\s{0,3}#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
  if (!title) return undefined;
  const inner = inlineMarkdown(visibleLine(title.replaceAll("**", "")));
  return inner.includes("`") || !/^[\p{L}\p{N}].*[\p{L}\p{N}]$/su.test(inner) ? escapeLineStart(inner) : `**${inner}**`;
}

function indentOf(line: string): number {
  return /^\s*/.exec(line)?.[0].replaceAll("\t", "    ").length ?? 0;
}

/** Text that is indented less than an item's own text no longer belongs to the item. */
function leaveTo(levels: Level[], indent: number): void {
  while (levels.length > 0 && indent <= (levels.at(-1)?.indent ?? 0)) levels.pop();
}

function readFence(lines: readonly string[], start: number, fence: string): { code: string; next: number } {
  const indent = indentOf(lines[start] ?? "");
  const isEnd = (line: string) => {
    const mark = line.trim();
    return mark.length >= fence.length && mark === fence.charAt(0).repeat(mark.length);
  };
  let next = start + 1;
  while (next < lines.length && !isEnd(lines[next] ?? "")) next++;
  const code = lines.slice(start + 1, next).map((line) => line.slice(Math.min(indent, indentOf(line))));
  return { code: code.join("\n"), next };
}
