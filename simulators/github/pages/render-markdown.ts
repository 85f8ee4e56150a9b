import type { Element, Root } from "hast";
import rehypeRaw from "rehype-raw";
import rehypeSanitize from "rehype-sanitize";
import rehypeStringify from "rehype-stringify";
import remarkBreaks from "remark-breaks";
import remarkGemoji from "remark-gemoji";
import remarkGfm from "remark-gfm";
import remarkGithub from "remark-github";
import remarkParse from "remark-parse";
import remarkRehype from "remark-rehype";
import { unified } from "unified";
import { visit } from "unist-util-visit";

/** What a text's references may lead to; `null` is "nothing of that name". */
export interface References {
  /** `owner/name` that a bare `#1` belongs to. */
  readonly repository: string;
  user(login: string): string | null;
  issue(repository: string, number: number): string | null;
  /** `#2` for the address of an issue or pull request of this GitHub. */
  shortName(url: string): string | null;
}

/**
 * A comment's Markdown as GitHub shows it: GFM with line breaks kept, emoji names, mentions and references of what
 * exists, raw HTML through GitHub's own allow-list. Nothing in it runs, and nothing is loaded: pictures are shown as
 * text, where GitHub would fetch them through its own proxy. What cannot be rendered is shown as it was written.
 */
export async function renderMarkdown(source: string, references: References): Promise<string> {
  if (tooDeep.test(source)) return asWritten(source);
  const pipeline = unified()
    .use(remarkParse)
    .use(remarkGfm)
    .use(remarkBreaks)
    .use(remarkGemoji)
    .use(remarkGithub, {
      repository: references.repository,
      mentionStrong: false,
      buildUrl: (found) => {
        if (found.type === "mention") return references.user(found.user) ?? false;
        if (found.type === "issue")
          return references.issue(`${found.user}/${found.project}`, Number.parseInt(found.no, 10)) ?? false;
        // Commits have no pages here.
        return false;
      },
    })
    .use(remarkRehype, { allowDangerousHtml: true })
    .use(rehypeRaw)
    .use(rehypeSanitize)
    .use(() => (tree: Root) => finish(tree, references))
    .use(rehypeStringify);
  try {
    return String(await pipeline.process(source));
  } catch (error) {
    // Nesting without end exceeds the stack of any recursive renderer.
    if (!(error instanceof RangeError)) throw error;
    return asWritten(source);
  }
}

/** A hundred quotes or lists in one line take the parser a minute and more; nobody writes them to be read. */
const tooDeep = /^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)])){100}/m;

const asWritten = (source: string): string => `<pre>${source.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</pre>`;

/** What a page must add for its readers, after everything that came from outside has been made harmless. */
function finish(tree: Root, references: References): void {
  visit(tree, "element", (node: Element, index, parent) => {
    // Two texts of a page may use the same names: a page that follows changes must be able to tell elements apart.
    for (const name of ["id", "name", "ariaDescribedBy", "ariaLabelledBy"]) delete node.properties[name];
    if (node.tagName === "img" || node.tagName === "source") replaceImage(node);
    else if (node.tagName === "a") finishLink(node, references);
    else if (node.tagName === "input") node.properties["ariaLabel"] = node.properties["checked"] ? "done" : "not done";
    else if (node.tagName === "table" && parent && index !== undefined) {
      // A table that is too wide scrolls by itself, also by keyboard.
      const frame: Element = {
        type: "element",
        tagName: "div",
        properties: { className: ["scroll"], tabIndex: 0, role: "region", ariaLabel: "Table" },
        children: [node],
      };
      parent.children[index] = frame;
      return ["skip"];
    }
    return undefined;
  });
}

function replaceImage(node: Element): void {
  const { src, alt } = node.properties;
  node.tagName = "span";
  node.properties = { className: ["picture"] };
  const text = [alt, src].filter((part) => typeof part === "string" && part !== "").join(" · ");
  node.children = [{ type: "text", value: `🖼 ${text || "picture"}` }];
}

function finishLink(node: Element, references: References): void {
  const { href } = node.properties;
  if (typeof href !== "string") return;
  node.properties["rel"] = ["nofollow", "noopener", "noreferrer"];
  const [only, ...more] = node.children;
  const short = references.shortName(href);
  if (short !== null && only?.type === "text" && only.value === href && more.length === 0) only.value = short;
}
