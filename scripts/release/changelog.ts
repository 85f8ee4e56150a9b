/** One version's part of a changelog (https://keepachangelog.com/en/1.1.0/). */
export interface ChangelogEntry {
  /** `Unreleased` or a version. */
  name: string;
  /** `2026-01-31`; absent only for what is not released. */
  date?: string;
  text: string;
}

/** The entries, newest first. @throws Error for a heading that is none of a changelog's */
export function readChangelog(text: string): ChangelogEntry[] {
  const [, ...parts] = text.split(/^## /m);
  return parts.map((part) => {
    const [heading = "", ...rest] = part.split("\n");
    const found = /^\[(Unreleased|\d+\.\d+\.\d+(?:-[\w.]+)?)\](?: - (\d{4}-\d\d-\d\d))?$/.exec(heading);
    if (!found?.[1] || (found[1] !== "Unreleased" && !found[2]))
      throw new Error(`CHANGELOG.md: "## ${heading}" is neither "## [Unreleased]" nor "## [1.2.3] - 2026-01-31"`);
    // What the links at the end lead to is no part of the last entry.
    const body = rest.join("\n").replace(/(?:^\[[^\]]+\]: \S+\n?)+$/m, "");
    return { name: found[1], ...(found[2] && { date: found[2] }), text: body.trim() };
  });
}
