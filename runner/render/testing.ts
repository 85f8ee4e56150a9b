import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { expect } from "vitest";

interface Node {
  type: string;
  value?: string;
  checked?: boolean | null;
  lang?: string | null;
  children?: Node[];
  position?: { start: { offset: number }; end: { offset: number } };
}

const parse = (markdown: string) =>
  fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }) as Node;

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children ?? []) yield* walk(child);
}

const allowed = ["root", "paragraph", "text", "strong", "inlineCode", "code", "list", "listItem", "break"];
/** GitHub looks for these in the text of the page, whatever Markdown it came from. */
const activeText = /@\w|#\d|\bgh-\d|\w:\/\/|www\.\w|\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b|\b[0-9a-f]{40}\b|:[a-z0-9_+-]+:/i;

/** For tests: what an independent Markdown parser makes of our output: only harmless nodes, and no text GitHub acts on. */
export function expectInert(markdown: string): void {
  for (const node of walk(parse(markdown))) {
    expect(allowed).toContain(node.type);
    if (node.type === "text") expect(joined(node)).not.toMatch(activeText);
    if (node.type === "listItem") expect(node.checked ?? null).toBeNull();
    if (node.type === "code") expect(["mermaid", "math", "suggestion", "geojson"]).not.toContain(node.lang);
  }
  expect(markdown).not.toMatch(/[^\P{C}\n\t]/u);
  expect(markdown).not.toMatch(/<!--\s*codex:/i);
  expect(markdown).not.toMatch(/\b(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?):?\s+(?:[\w.-]+\/[\w.-]+)?#\d/i);
  expect(withoutCode(markdown)).not.toMatch(/^\s*\/|</m);
}
const withoutCode = (markdown: string) => {
  let rest = markdown;
  for (const { type, position } of [...walk(parse(markdown))].reverse())
    if (position && (type === "code" || type === "inlineCode"))
      rest = `${rest.slice(0, position.start.offset)}code${rest.slice(position.end.offset)}`;
  return rest;
};
const joined = ({ value }: Node) => value ?? "";

/** For tests: what a reader sees: text and code, without markup. */
export const seen = (markdown: string) => [...walk(parse(markdown))].flatMap(({ value }) => value ?? []).join("");
