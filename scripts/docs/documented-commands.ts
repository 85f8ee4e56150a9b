import { markOf, type Place, shellBlocks } from "./block-mark.ts";
import { documentation } from "./documentation.ts";
import type { Page } from "./page.ts";
import { readScript } from "./shell-commands.ts";

/** A block of commands of a page that a suite runs. */
export interface DocumentedCommands {
  id: string;
  /** Where it stands: path and line. */
  at: string;
  /** For `bash -euo pipefail -c`, as it stands on the page. */
  script: string;
  /** Variables that it wants from the environment. */
  needs: readonly string[];
}

/** The blocks that are marked to be run in this place, all pages' or one page's, in their order. */
export function documentedCommands(place: Place, path?: string, pages: readonly Page[] = documentation()) {
  return pages
    .filter((page) => path === undefined || page.path === path)
    .flatMap((page) =>
      shellBlocks(page).flatMap((block): DocumentedCommands[] => {
        const mark = markOf(block);
        if (mark.kind !== "run in" || mark.place !== place) return [];
        const { needs } = readScript(block.text);
        return [{ id: mark.id, at: `${page.path}:${block.line}`, script: block.text, needs }];
      }),
    );
}
