import { parsePatch, type StructuredPatchHunk } from "diff";
import { html } from "hono/html";
import type { FileChange } from "../git/history.ts";
import type { Markup } from "./markup.ts";

/** More lines than this are not read by anybody in a page. */
const maxLines = 2_000;

/** One changed file: its name, and its hunks as a table with line numbers. */
export function diffView(file: FileChange): Markup {
  const { filename, previous, status, additions, deletions, patch } = file;
  const name = previous === undefined ? visible(filename) : `${visible(previous)} → ${visible(filename)}`;
  const hunks = patch === undefined ? [] : (parsePatch(patch)[0]?.hunks ?? []);
  const long = hunks.reduce((sum, { lines }) => sum + lines.length, 0) > maxLines;
  const body =
    hunks.length === 0
      ? html`<p class="empty">There is no text to show.</p>`
      : html`<table class="diff"><caption class="hidden">Changes of ${name}</caption><colgroup><col><col><col></colgroup><thead class="hidden"><tr><th scope="col">Old line</th><th scope="col">New line</th><th scope="col">Text</th></tr></thead>${hunks.map(hunkView)}</table>`;
  return html`<details class="card file" id="file-${filename}" ${long ? "" : "open"}><summary><code>${name}</code> <span class="muted">${status}</span> <span class="sum"><span class="plus">+${additions}</span> <span class="minus">−${deletions}</span></span></summary>${body}</details>`;
}

const kinds: Record<string, { name: string; word: string }> = {
  "+": { name: "added", word: "added" },
  "-": { name: "removed", word: "removed" },
};

function hunkView(hunk: StructuredPatchHunk): Markup {
  let old = hunk.oldStart;
  let now = hunk.newStart;
  const rows = hunk.lines.map((line) => {
    const sign = line.charAt(0);
    if (sign === "\\") return html`<tr><td></td><td></td><td class="muted">${line.slice(2)}</td></tr>`;
    const kind = kinds[sign];
    const numbers = [sign === "+" ? "" : old++, sign === "-" ? "" : now++];
    return html`<tr ${kind ? html`class="${kind.name}"` : ""}><td>${numbers[0]}</td><td>${numbers[1]}</td><td>${kind ? html`<span class="hidden">${kind.word}: </span><span aria-hidden="true">${sign}</span>` : " "}${visible(line.slice(1))}</td></tr>`;
  });
  return html`<tbody><tr class="hunk"><td></td><td></td><td>@@ −${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@</td></tr>${rows}</tbody>`;
}

/** Characters that a reader would not see, or that turn a line round, by their numbers: a diff must not lie. */
export function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, (character) =>
    character === "\t"
      ? character
      : `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}
