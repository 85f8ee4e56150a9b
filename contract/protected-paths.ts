/** Paths that a change may not touch, as settings list them. */
export interface ProtectedPaths {
  /** `**` stands for any number of folders, `*` for a part of one name; case does not count. */
  patterns: readonly string[];
  /** What is not protected after all, spelled exactly so. */
  except: readonly string[];
}

/** The entry of the list that stands for the patterns that come with the program. */
export const defaultProtection = "default";

/** What is wanted of an entry, for messages. */
export const protectedPathForm = "default, a path such as deploy/** or **/*.tf, or !path, which takes it out";

const maxEntries = 200;
const segment = String.raw`(?:\*\*|(?!\.{1,2}(?:\/|$))(?![^/]*\*\*)[A-Za-z0-9._@+~*-]{1,100})`;
// A path of folders alone would protect everything, or nothing that a change can name.
const entryPattern = new RegExp(String.raw`^(?=.{1,200}$)(?=.*[^*/])${segment}(?:\/${segment})*$`);

/** Whether a text is an entry of the list: {@link defaultProtection}, a pattern, or a pattern after `!`. Pure. */
export function isProtectedPathEntry(text: string): boolean {
  return entryPattern.test(text.startsWith("!") ? text.slice(1) : text);
}

/**
 * Reads the list; a pattern protects, `default` stands for `defaults`, and `!pattern` takes paths out again. Undefined when an
 * entry is none, when there are more than 200, or when nothing would be protected: then there is no list at all. Pure.
 */
export function parseProtectedPaths(
  entries: readonly string[],
  defaults: readonly string[],
): ProtectedPaths | undefined {
  if (entries.length > maxEntries || !entries.every(isProtectedPathEntry)) return undefined;
  const patterns = entries.flatMap((entry) =>
    entry === defaultProtection ? defaults : entry.startsWith("!") ? [] : [entry],
  );
  const except = entries.flatMap((entry) => (entry.startsWith("!") ? [entry.slice(1)] : []));
  return patterns.length > 0 ? { patterns: [...new Set(patterns)], except } : undefined;
}
