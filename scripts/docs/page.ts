import GithubSlugger from "github-slugger";
import type { Nodes, Parents } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { toString as textOf } from "mdast-util-to-string";
import { gfm } from "micromark-extension-gfm";
import { visit } from "unist-util-visit";

/** A fenced block of code. */
export interface Block {
  /** The word after the fence; empty when there is none. */
  language: string;
  text: string;
  /** Line of the fence, from 1. */
  line: number;
  /** The HTML comment right before it, without its marks. */
  comment?: string;
}

/** Something of one line. */
export interface Spot {
  text: string;
  line: number;
}

/** What is looked at of one Markdown file. */
export interface Page {
  /** From the repository's root, with slashes. */
  path: string;
  /** What can be linked to: GitHub's names of the headings, and ids in HTML. */
  anchors: ReadonlySet<string>;
  /** Targets of links and images, also of those written in HTML. */
  links: readonly Spot[];
  /** Code within prose. */
  codes: readonly Spot[];
  blocks: readonly Block[];
}

/** Reads Markdown as GitHub does. */
export function readPage(path: string, markdown: string): Page {
  const tree = fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const slugger = new GithubSlugger();
  const anchors = new Set<string>();
  const links: Spot[] = [];
  const codes: Spot[] = [];
  const blocks: Block[] = [];
  visit(tree, (node, index, parent) => {
    const line = node.position?.start.line ?? 0;
    switch (node.type) {
      case "heading":
        anchors.add(slugger.slug(textOf(node)));
        break;
      case "link":
      case "image":
      case "definition":
        links.push({ text: node.url, line });
        break;
      case "html":
        for (const [, text = ""] of node.value.matchAll(/\s(?:href|src)="([^"]+)"/g)) links.push({ text, line });
        for (const [, id = ""] of node.value.matchAll(/\s(?:id|name)="([^"]+)"/g)) anchors.add(id);
        break;
      case "inlineCode":
        codes.push({ text: node.value, line });
        break;
      case "code": {
        const comment = commentBefore(parent, index);
        blocks.push({ language: node.lang ?? "", text: node.value, line, ...(comment !== undefined && { comment }) });
        break;
      }
    }
  });
  return { path, anchors, links, codes, blocks };
}

function commentBefore(parent: Parents | undefined, index: number | undefined): string | undefined {
  const before: Nodes | undefined = index === undefined ? undefined : parent?.children[index - 1];
  if (before?.type !== "html") return undefined;
  return /^<!--\s*(.*?)\s*-->$/s.exec(before.value)?.[1];
}
