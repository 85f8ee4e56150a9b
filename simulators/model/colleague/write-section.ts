import { edit, type Job, type Skill } from "./job.ts";
import { rootFile, sectionAt } from "./markdown-edits.ts";
import { capital } from "./wording.ts";

const HEADING = '[`"“]([^`"”\\n]{1,80})[`"”]';
const FORMS = [
  new RegExp(
    `\\bsection\\s+(?:about\\s+|called\\s+|named\\s+|titled\\s+|on\\s+)?${HEADING}(?=[\\s\\S]{0,60}\\breadme\\b)`,
    "i",
  ),
  new RegExp(`${HEADING}\\s+section(?=[\\s\\S]{0,60}\\breadme\\b)`, "i"),
  new RegExp(
    `\\breadme\\b[^.\\n]{0,60}\\bsection\\s+(?:about\\s+|called\\s+|named\\s+|titled\\s+|on\\s+)?${HEADING}`,
    "i",
  ),
  /\breadme\b[^.\n]{0,40}\b(?:needs?|lacks|misses|should have|is missing)\s+an?\s+([\w -]{2,40}?)\s+section\b/i,
  /\b(?:add|write|replace|update|rewrite)\s+(?:an?|the)\s+([\w -]{2,40}?)\s+section\s+(?:to|in|of)\s+(?:the\s+)?readme\b/i,
];

/** "Add a section "Security" to the README": with the text that the issue gives, between fences or below. */
export const writeSection: Skill = ({ text, more }) => {
  for (const form of FORMS) {
    const heading = form.exec(text)?.[1]?.trim();
    if (heading) return job(capital(heading), contentIn(text) ?? contentIn(more));
  }
  return undefined;
};

/** What stands between fences; else the paragraphs after the one that asks. */
function contentIn(text: string): string | undefined {
  const fenced = /^(`{3,}|~{3,})[^\n]*\n([\s\S]*?)\n\1\s*$/m.exec(text)?.[2];
  if (fenced) return fenced.trim();
  const asking = text.search(/\bsection\b/i);
  const next = text.indexOf("\n\n", asking);
  const below = asking < 0 || next < 0 ? "" : text.slice(next).trim();
  return below === "" ? undefined : below;
}

const job = (heading: string, content: string | undefined): Job => ({
  title: `Write the README's section "${heading}"`,
  statement: `Write the section "${heading}" of the README.${content === undefined ? "" : `\n\n~~~markdown\n${content}\n~~~`}`,
  words: [heading],
  draft: (project) => {
    const path = rootFile(project, "README.md");
    if (path === undefined || content === undefined) return undefined;
    const body = content.replace(/^#{1,6}\s+.*\n+/, "");
    const changes = edit(project, path, `it gets the section "${heading}"`, (text) => withSection(text, heading, body));
    return changes.length === 0 ? undefined : { changes, tests: ["The README reads well; the code is not touched."] };
  },
});

/** The section's text replaced; or the section added, before the license if there is one. */
export function withSection(text: string, heading: string, body: string): string {
  const found = sectionAt(text, heading);
  if (found) {
    const rest = text.slice(found.end);
    return `${text.slice(0, found.start)}${"#".repeat(found.level)} ${heading}\n\n${body.trim()}\n${rest === "" ? "" : "\n"}${rest}`;
  }
  const at = (sectionAt(text, "License") ?? sectionAt(text, "Licence"))?.start ?? text.length;
  const section = `## ${heading}\n\n${body.trim()}\n`;
  return `${text.slice(0, at).trimEnd()}\n\n${section}${at < text.length ? "\n" : ""}${text.slice(at)}`;
}
