import type { Block, Page } from "./page.ts";

/** Languages of blocks that people copy into a shell. */
export const shellLanguages: ReadonlySet<string> = new Set(["sh", "bash", "shell", "console", "zsh"]);

/** Where a block's commands are run by a test. */
export const places = ["cluster", "broker"] as const;
export type Place = (typeof places)[number];

/**
 * What a test does with a block: it runs it in a clean copy of the repository (no mark), runs it where there is what it
 * needs (`<!-- run in: cluster, id: some-id -->`), or does not (`<!-- not run: why; which test does the same -->`).
 */
export type BlockMark =
  | { kind: "run" }
  | { kind: "run in"; place: Place; id: string }
  | { kind: "not run"; reason: string };

/** @throws Error saying which forms there are */
export function markOf({ comment }: Pick<Block, "comment">): BlockMark {
  if (comment === undefined) return { kind: "run" };
  const reason = /^not run: (.+)$/s.exec(comment)?.[1];
  if (reason !== undefined) return { kind: "not run", reason };
  const [, word, id = ""] = /^run in: ([a-z]+), id: ([a-z0-9-]+)$/.exec(comment) ?? [];
  const place = places.find((each) => each === word);
  if (place !== undefined) return { kind: "run in", place, id };
  throw new Error(
    `<!-- ${comment} --> is none of: <!-- run in: ${places.join("|")}, id: some-id -->, <!-- not run: reason -->`,
  );
}

/** The blocks of a page that people copy into a shell. */
export function shellBlocks(page: Page): readonly Block[] {
  return page.blocks.filter(({ language }) => shellLanguages.has(language));
}
