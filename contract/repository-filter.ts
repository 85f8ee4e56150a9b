import { repositoryPattern } from "./task.ts";

/** Whether a repository (`owner/name`) is on the allow-list. */
export type RepositoryFilter = (repository: string) => boolean;

/**
 * Reads an allow-list of names and globs: `*` stands for any run of characters within owner or name, `?` for one.
 * GitHub's names do not tell case apart, so neither does this.
 */
export function repositoryFilter(patterns: readonly string[]): RepositoryFilter {
  const expressions = patterns.map((pattern) => {
    const source = pattern.replace(/[.*?+^${}()|[\]\\]/g, (character) =>
      character === "*" ? "[^/]*" : character === "?" ? "[^/]" : `\\${character}`,
    );
    return new RegExp(`^${source}$`, "i");
  });
  return (repository) => expressions.some((expression) => expression.test(repository));
}

/** Whether a pattern names exactly one repository. */
export function isExactName(pattern: string): boolean {
  return !/[*?]/.test(pattern);
}

/** Whether the glob can stand for a name that repositories have: with each `*` at its shortest, or one longer. */
export function canMatchRepository(glob: string): boolean {
  return ["", "x"].some((run) => repositoryPattern.test(glob.replaceAll("?", "x").replaceAll("*", run)));
}
