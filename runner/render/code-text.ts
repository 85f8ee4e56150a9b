/**
 * Words that close an issue when they stand before a reference. GitHub reads them in pull request bodies and in commit
 * messages; a squash merge makes a commit message of the pull request's Markdown, where code is no longer code.
 */
const closingWords =
  /\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(\s*:?\s+)((?:[\w.-]+\/[\w.-]+)?#|gh-|https?:\/\/)(?=\S)/gi;

/** Takes the one thing out of code that would still act there: closing words, and our own markers. Visibly: by a space. */
export function inertCode(text: string): string {
  return text.replace(/<!--(?=\s*codex:)/gi, "<! --").replace(closingWords, "$1$2$3 ");
}

/** A code span that shows exactly this text in one line. */
export function codeSpan(text: string): string {
  const code = inertCode(text).replace(/\s+/gu, " ").trim();
  if (code === "") return "";
  const fence = "`".repeat(longestRun(code) + 1);
  const pad = code.startsWith("`") || code.endsWith("`") ? " " : "";
  return `${fence}${pad}${code}${pad}${fence}`;
}

/** A fenced block that shows exactly this text; the fence is longer than any in it. */
export function codeBlock(text: string, language = ""): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${knownLanguages.has(language) ? language : ""}\n${inertCode(text).replace(/\n+$/, "")}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
}

/** Languages that are only coloured. GitHub *draws* others (mermaid, geojson, stl, math) or offers them as edits. */
const knownLanguages: ReadonlySet<string> = new Set(
  (
    "bash c cpp cs csharp css csv diff dockerfile go graphql groovy hcl html ini java javascript js json json5 jsonc jsx kotlin kt lua " +
    "make makefile markdown md nix perl php powershell proto protobuf py python r rb rs ruby rust scala sh shell sql swift text toml ts " +
    "tsx txt typescript vue xml yaml yml zig zsh"
  ).split(" "),
);
