/** A part of a text that is left whole or left out. */
export interface Block {
  text: string;
  /** Follows the block before it without an empty line: the next entry of a list. */
  tight?: boolean;
}

/**
 * Puts blocks of Markdown together, each whole, until the next would not fit; then says how many are left out. Every block
 * ends what it opens, so a cut between blocks breaks nothing. `room` is in UTF-16 units, of which GitHub's characters are
 * never more.
 */
export function fitBlocks(blocks: readonly Block[], room: number, hint: string): string {
  const parts = blocks.map(({ text, tight }, index) => (index === 0 ? "" : tight ? "\n" : "\n\n") + text);
  const whole = parts.join("");
  if (whole.length <= room) return whole;
  const mark = (kept: number) =>
    `\n\n✂️ **Cut here**: ${kept} of ${blocks.length} parts fit into a comment on GitHub. ${hint}`;
  let kept = 0;
  let length = 0;
  for (const part of parts) {
    if (length + part.length + mark(kept + 1).length > room) break;
    length += part.length;
    kept++;
  }
  return (parts.slice(0, kept).join("") + mark(kept)).trimStart();
}
