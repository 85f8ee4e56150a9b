import { codeSpan } from "./code-text.ts";

/** A piece of a line: text to be escaped, code, or text to be shown bold. */
interface Piece {
  kind: "text" | "code" | "bold";
  text: string;
}

/**
 * One line of the model's Markdown as inert Markdown: code spans and bold are kept, links and images become their text
 * with the whole address as code, and every word that GitHub would act on (mention, reference, address, commit) becomes
 * code, where GitHub leaves it alone. Everything else is escaped, HTML included. `text` has no line ends.
 */
export function inlineMarkdown(text: string): string {
  let line = "";
  for (const { kind, text: content } of pieces(text)) {
    const rendered =
      kind === "code" ? codeSpan(content) : kind === "bold" ? `**${inertWords(content)}**` : inertWords(content);
    // Two code spans side by side would be read as one.
    line += line.endsWith("`") && rendered.startsWith("`") ? ` ${rendered}` : rendered;
  }
  return line;
}

const piecePattern =
  /(?<ticks>`+)(?<code>(?:(?!\k<ticks>).)+?)\k<ticks>(?!`)|(?<image>!?)\[(?<label>[^[\]]*)\]\((?<address>[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:\s+[^()]*)?\)|\*\*(?<bold>[\p{L}\p{N}](?:[^*`[\]<>\\]*[\p{L}\p{N}.:!?])?)\*\*/gu;

/** Neighbouring texts are one piece: apart, "#" and "12" look harmless. */
function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  const add = (kind: Piece["kind"], content: string) => {
    const last = found.at(-1);
    if (kind === "text" && last?.kind === "text") last.text += content;
    else if (content !== "") found.push({ kind, text: content });
  };
  let end = 0;
  for (const match of text.matchAll(piecePattern)) {
    const { code, image, label = "", address, bold } = match.groups ?? {};
    add("text", text.slice(end, match.index));
    end = match.index + match[0].length;
    if (code !== undefined) add(/\S/.test(code) ? "code" : "text", /\S/.test(code) ? code : match[0]);
    else if (bold !== undefined) addBold(bold);
    else {
      add("text", `${label || (image ? "image" : "link")} (${image ? "image: " : ""}`);
      add("code", address || "no address");
      add("text", ")");
    }
  }
  add("text", text.slice(end));
  return found;

  /** Bold only where its marks are sure to be read as such; a word in it that must become code ends it. */
  function addBold(bold: string): void {
    const after = text.charAt(end);
    const sure =
      !inertWords(bold).includes("`") &&
      !/[\p{L}\p{N}]$/u.test(found.at(-1)?.text ?? "") &&
      !/[\p{L}\p{N}]/u.test(after);
    add(sure ? "bold" : "text", bold);
  }
}

/** What GitHub acts on wherever it stands in a word: mentions, references, addresses, commit ids, names of emoji. */
const actsOnGitHub = [
  /@[\p{L}\p{N}_]/u,
  /#\d/,
  /\bgh-\d/i,
  /[\p{L}]:\/\//u,
  /www\./i,
  /(?:mailto|xmpp):/i,
  /\b(?=[0-9a-f]*\d)[0-9a-f]{7,64}\b/i,
  /\b[0-9a-f]{40}\b/i,
  /:[a-z0-9_+-]+:/i,
];

function inertWords(text: string): string {
  return text
    .replace(/\\([!-/:-@[-`{-~])/g, "$1")
    .split(/(\s+)/u)
    .map((word) => (/^\s*$/u.test(word) ? word.replace(/\s+/gu, " ") : inertWord(word)))
    .join("");
}

function inertWord(word: string): string {
  if (!acts(word)) return escapeMarkdown(word);
  const [, before = "", core = "", after = ""] = /^([("'*_[]*)(.*?)([)"'*_\],.;:!?]*)$/su.exec(word) ?? [];
  return acts(core) ? `${escapeMarkdown(before)}${codeSpan(core)}${escapeMarkdown(after)}` : codeSpan(word);
}

function acts(word: string): boolean {
  return actsOnGitHub.some((pattern) => pattern.test(word));
}

/** Every character that Markdown could read as markup inside a line. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_[\]~|$]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

/** What would begin a block, or a command, at the start of a line. */
export function escapeLineStart(line: string): string {
  return line.replace(/^(\d{1,9})([.)])/, "$1\\$2").replace(/^[#+\-=/:]/, "\\$&");
}
