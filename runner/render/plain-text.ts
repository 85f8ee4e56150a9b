import { cutVisibly, visibleLine, visibleText } from "@froussard/contract";

/**
 * Text of the model for places that are no Markdown but where GitHub still acts on words: commit messages and titles. A
 * space takes mentions, references, addresses and words that keep CI from running (`[skip ci]`) apart, visibly.
 */
function inertPlain(text: string): string {
  return text
    .replace(/@(?=[\p{L}\p{N}_])/gu, "@ ")
    .replace(/#(?=\d)/g, "# ")
    .replace(/\b(gh)-(?=\d)/gi, "$1 ")
    .replace(/:\/\/(?=\S)/g, ":// ")
    .replace(/<!--/g, "<! --")
    .replace(/\[(?=[^\]\n]{0,40}\b(?:ci|skip|actions)\b)/gi, "[ ")
    .replace(/\*\*\*(?=no_ci)/gi, "* **");
}

/** One line, for a title or a subject. */
export function plainLine(text: string, max: number): string {
  return inertPlain(cutVisibly(visibleLine(text), max, "…"));
}

/** Several lines, for the body of a commit message: no line can be read as a trailer, a comment or a command. */
export function plainBlock(text: string, max: number): string {
  return inertPlain(cutVisibly(visibleText(text), max))
    .split("\n")
    .map((line) => line.trimEnd().replace(/^(?=\s*(?:[A-Za-z0-9-]+\s*:|[/#]|---|diff |Index: |\(cherry picked))/, "> "))
    .join("\n")
    .trim();
}
