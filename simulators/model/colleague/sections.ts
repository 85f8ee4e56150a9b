import { createHash } from "node:crypto";

/** The texts by people that a prompt carries, each between a BEGIN and an END line with its name and hash. */
export interface Sections {
  readonly "issue-title"?: string;
  readonly "issue-body"?: string;
  readonly plan?: string;
  readonly "replan-request"?: string;
}

const NAMES = ["issue-title", "issue-body", "plan", "replan-request"] as const satisfies readonly (keyof Sections)[];
const BEGIN = /^===== BEGIN ([a-z-]+) ([0-9a-f]{16}) =====$/gm;

/**
 * Finds the sections of a prompt. A section counts only if the hash in its lines is that of the text between them, and
 * what looks like a section inside another one is text: so nothing that people write can end or begin a section.
 */
export function readSections(prompt: string): Sections {
  const found: Partial<Record<keyof Sections, string>> = {};
  BEGIN.lastIndex = 0;
  for (let begin = BEGIN.exec(prompt); begin !== null; begin = BEGIN.exec(prompt)) {
    const [line, name = "", hash = ""] = begin;
    const start = begin.index + line.length + 1;
    const end = endOf(prompt, start, `\n===== END ${name} ${hash} =====`, hash);
    if (end === undefined) continue;
    const known = NAMES.find((candidate) => candidate === name);
    if (known !== undefined) found[known] ??= prompt.slice(start, end);
    BEGIN.lastIndex = end;
  }
  return found;
}

function endOf(prompt: string, start: number, marker: string, hash: string): number | undefined {
  for (let end = prompt.indexOf(marker, start - 1); end >= 0; end = prompt.indexOf(marker, end + 1)) {
    if (end >= start - 1 && sha16(prompt.slice(start, Math.max(start, end))) === hash) return Math.max(start, end);
  }
  return undefined;
}

const sha16 = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
