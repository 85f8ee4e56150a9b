/** What Codex, or an agent that looks round, takes for instructions. Its configuration (`.codex/`) is not loaded at all. */
const instructions = /(?:^|\/)(?:AGENTS(?:\.override)?\.md|CLAUDE\.md)$|^\.agents\/skills\/[^/]+\/SKILL\.md$/i;

const maxListed = 20;
const maxLength = 300;

/** The paths among these that are instructions to agents, those nearest to the root first; at most 20. Pure. */
export function instructionFiles(paths: readonly string[]): string[] {
  const depth = (path: string) => path.split("/").length;
  return paths
    .filter((path) => instructions.test(path) && path.length <= maxLength)
    .toSorted((one, other) => depth(one) - depth(other) || (one < other ? -1 : 1))
    .slice(0, maxListed);
}
