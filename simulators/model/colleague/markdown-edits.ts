import { type Change, edit, type Project } from "./job.ts";

/** Finds the file by its usual names, at the root of the repository, in any case. */
export const rootFile = (project: Project, name: string): string | undefined =>
  project.paths.find((path) => path.toLowerCase() === name.toLowerCase());

/** An entry under "Unreleased" in the changelog, if there is one. */
export function changelogEntry(project: Project, line: string): Change[] {
  const path = rootFile(project, "CHANGELOG.md");
  if (path === undefined) return [];
  return edit(project, path, "users read there what has changed", (text) => withEntry(text, line));
}

/** The changelog with one more entry; the heading "Unreleased" is made if there is none. */
export function withEntry(text: string, line: string): string {
  const entry = `- ${line}`;
  if (text.includes(`${entry}\n`)) return text;
  const heading = /^##\s+\[?unreleased\]?.*$/im.exec(text);
  if (!heading) {
    const first = text.search(/^## /m);
    const at = first < 0 ? text.length : first;
    return `${text.slice(0, at).replace(/\n*$/, "\n\n")}## Unreleased\n\n${entry}\n${at < text.length ? "\n" : ""}${text.slice(at)}`;
  }
  const at = heading.index + heading[0].length;
  const rest = text.slice(at).replace(/^\n+/, "");
  const list = rest.startsWith("- ") ? "" : "\n";
  return `${text.slice(0, at)}\n\n${entry}\n${list}${rest}`;
}

/** Where a section begins (its heading) and ends (the next heading of its level or above), in characters. */
export function sectionAt(text: string, heading: string): { start: number; end: number; level: number } | undefined {
  const lines = text.split("\n");
  let offset = 0;
  let fenced = false;
  let open: { start: number; level: number } | undefined;
  for (const line of lines) {
    if (/^(```|~~~)/.test(line)) fenced = !fenced;
    const match = fenced ? null : /^(#{1,6})\s+(.+?)\s*#*$/.exec(line);
    if (match) {
      const level = match[1]?.length ?? 1;
      if (open && level <= open.level) return { ...open, end: offset };
      if (!open && match[2]?.toLowerCase() === heading.toLowerCase()) open = { start: offset, level };
    }
    offset += line.length + 1;
  }
  return open && { ...open, end: text.length };
}

/** One more item after the last of the list in a section, or the text unchanged if there is no such list. */
export function withListItem(text: string, heading: string, item: string): string {
  const section = sectionAt(text, heading);
  if (!section) return text;
  const body = text.slice(section.start, section.end);
  const last = [...body.matchAll(/^- .*(?:\n {2,}.*)*$/gm)].at(-1);
  if (!last) return text;
  const at = section.start + last.index + last[0].length;
  return `${text.slice(0, at)}\n- ${item}${text.slice(at)}`;
}

/** One more row after the last row that begins with a command-line option. */
export function withOptionRow(text: string, row: string): string {
  const last = [...text.matchAll(/^\|\s*`--[^\n]*$/gm)].at(-1);
  if (!last) return text;
  const at = last.index + last[0].length;
  return `${text.slice(0, at)}\n${row}${text.slice(at)}`;
}
