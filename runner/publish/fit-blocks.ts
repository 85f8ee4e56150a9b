/**
 * Puts blocks of Markdown together, each whole, until the next would not fit; then says how many are left out. Every block
 * ends what it opens, so a cut between blocks breaks nothing. `room` is in UTF-16 units, of which GitHub's characters are
 * never more.
 */
export function fitBlocks(blocks: readonly string[], room: number, hint: string): string {
  const whole = blocks.join("\n\n");
  if (whole.length <= room) return whole;
  const kept: string[] = [];
  let used = 0;
  for (const block of blocks) {
    const mark = cutMark(kept.length + 1, blocks.length, hint);
    if (used + block.length + 2 + mark.length > room) break;
    kept.push(block);
    used += block.length + 2;
  }
  return [...kept, cutMark(kept.length, blocks.length, hint)].join("\n\n");
}

function cutMark(kept: number, all: number, hint: string): string {
  return `✂️ **Cut here**: ${kept} of ${all} parts fit into a comment on GitHub. ${hint}`;
}
