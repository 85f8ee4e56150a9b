import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";
import { type Page, readPage } from "./page.ts";

/** The repository's root. */
export const root = join(import.meta.dirname, "../..");

/** Every Markdown file that people read: all of the repository but installed packages and the demo's sample project. */
export function documentation(): Page[] {
  const exclude = (path: string) => /(^|[/\\])(node_modules|sample-project|\.[^/\\]+)([/\\]|$)/.test(path);
  return globSync("**/*.md", { cwd: root, exclude })
    .map((path) => path.split(sep).join("/"))
    .toSorted()
    .map((path) => readPage(path, readFileSync(join(root, path), "utf8")));
}
