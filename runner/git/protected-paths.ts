import { foldPath } from "./check-path.ts";

/**
 * Paths that no change of the agent may touch: what runs on GitHub or on a developer's machine by itself, and what decides
 * who must review. `**` stands for any number of folders, `*` for a part of one name; case does not count.
 */
export const defaultProtectedPaths: readonly string[] = [
  ".github/workflows/**",
  ".github/actions/**",
  "**/action.yml",
  "**/action.yaml",
  "CODEOWNERS",
  ".github/CODEOWNERS",
  "docs/CODEOWNERS",
  "**/.gitattributes",
  "**/.gitmodules",
  ".husky/**",
  ".devcontainer/**",
  ".devcontainer.json",
];

/** A test for protected paths; the folder that a pattern covers is protected itself. */
export function protectedPathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const expressions = patterns.map((pattern) => {
    const source = foldPath(pattern)
      .split(/(\*\*\/|\/\*\*$|\*)/)
      .map((part) => {
        if (part === "**/") return "(?:.*/)?";
        if (part === "/**") return "(?:/.*)?";
        if (part === "*") return "[^/]*";
        return part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
      })
      .join("");
    return new RegExp(`^${source}$`, "su");
  });
  return (path) => {
    const folded = foldPath(path.normalize("NFKC"));
    return expressions.some((expression) => expression.test(folded));
  };
}
