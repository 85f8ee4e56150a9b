import { posix } from "node:path";
import type { Page } from "./page.ts";

/** What a link can lead to. */
export interface Files {
  /** Whether there is a file or folder at a path from the repository's root. */
  exists(path: string): boolean;
}

/** Relative links of the pages that lead nowhere, a line each: to a file that is not there, or to a heading that a page does not have. */
export function deadLinks(pages: readonly Page[], { exists }: Files): string[] {
  const byPath = new Map(pages.map((page) => [page.path, page]));
  return pages.flatMap((page) =>
    page.links.flatMap(({ text, line }) => {
      const fault = faultOf(text, page, byPath, exists);
      return fault === undefined ? [] : [`${page.path}:${line}: ${text} ${fault}`];
    }),
  );
}

function faultOf(
  link: string,
  page: Page,
  pages: ReadonlyMap<string, Page>,
  exists: Files["exists"],
): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link)) return undefined;
  if (link.startsWith("/")) return "begins at the server's root: write it from the page's own folder";
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? page.path : posix.join(posix.dirname(page.path), decodeURI(file));
  if (path.startsWith("..")) return "leads out of the repository";
  if (!exists(path)) return `leads to ${path}, which is not there`;
  const target = pages.get(path.replace(/\/$/, ""));
  if (anchor === undefined || target === undefined || target.anchors.has(anchor)) return undefined;
  return `leads to a heading that ${path} does not have; it has ${[...target.anchors].map((each) => `#${each}`).join(" ")}`;
}
