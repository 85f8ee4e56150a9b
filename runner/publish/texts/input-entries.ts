import { visibleLine } from "@froussard/contract";
import type { RunContext } from "../../mediator/ports.ts";
import { codeSpan } from "../../render/code-text.ts";
import { count, logins, shortHash } from "./words.ts";

type Given = Pick<RunContext, "inputs" | "base" | "webSearch" | "access" | "instructions">;

/** What the model was given, and by whom: entries of a list, for those who approve. */
export function inputEntries({ inputs, base, webSearch, access, instructions }: Given): string[] {
  return [
    ...inputs.map(({ name, author, sha256 }) => {
      const by = author ? `${logins([author.login])} (${accessWords(access, author.login)})` : "a deleted account";
      return `- ${sentence(name)} by ${by}, SHA-256 ${shortHash(sha256)}`;
    }),
    `- The repository at commit ${shortHash(base.commit)} of ${codeSpan(visibleLine(base.branch))}${instructionWords(instructions)}`,
    `- Web search: ${webSearch}`,
  ];
}

/** Whether somebody may write in the repository, as far as our token may ask. */
export function accessWords(access: RunContext["access"], login: string): string {
  const known = access.get(login) ?? "unknown";
  return { write: "may write here", less: "no write access", unknown: "access not checked" }[known];
}

/** A warning about what readers of the page would not have seen; undefined where there was nothing. */
export function hiddenTextWarning({ inputs }: Pick<RunContext, "inputs">): string | undefined {
  const hidden = inputs.flatMap(({ name, removed }) =>
    removed.map(({ kind, count: number }) => `${count(number)} × ${kind} in the ${name.replaceAll("-", " ")}`),
  );
  if (hidden.length === 0) return undefined;
  return `⚠️ **Hidden text was removed** before the agent read it: ${hidden.join(", ")}.`;
}

function sentence(name: string): string {
  const words = name.replaceAll("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const maxInstructions = 5;

function instructionWords(files: readonly string[] | undefined): string {
  if (!files) return "";
  if (files.length === 0) return "; it holds no instructions to agents";
  const more = files.length > maxInstructions ? " and more" : "";
  return `, with its own instructions to agents there: ${logins(files.slice(0, maxInstructions))}${more}`;
}
