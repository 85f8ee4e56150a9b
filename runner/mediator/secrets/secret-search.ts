import type { SecretSearch } from "../../git/secret-search.ts";
import { spellingSearch, viewsOf } from "./spellings.ts";
import { tokenShapes } from "./token-shapes.ts";

/** A credential of this run. */
export interface OwnSecret {
  /** What it is, for people: `the model provider's key`. */
  name: string;
  value: string;
}

/** Shorter ones are passwords that nobody should have set, and would be found in ordinary texts. */
const shortest = 16;

/** `current` is asked each time: an App's token is good for an hour, and a run may have several. */
export function createSecretSearch(current: () => Promise<readonly OwnSecret[]>): SecretSearch {
  const searches = new Map<string, ReturnType<typeof spellingSearch> & { name: string }>();
  return {
    async own(text) {
      for (const { name, value } of await current())
        if (value.length >= shortest && !searches.has(value)) searches.set(value, { name, ...spellingSearch(value) });
      const views = viewsOf(text);
      return [...searches.values()].find(({ isIn }) => isIn(views))?.name;
    },
    shapes: tokenShapes,
  };
}
