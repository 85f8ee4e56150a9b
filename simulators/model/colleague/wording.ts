/** A name as people write it in an issue: in backticks, quotes or bare. */
export const NAME = "[`\"'“‘]?([A-Za-z_$][\\w$-]*)(?:\\(\\))?[`\"'”’]?";

/** How much of a text is read; what a request is about stands near its beginning. */
const MOST_READ = 20_000;

const ENTITIES: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  "#39": "'",
  "#64": "@",
  nbsp: " ",
};

/** Markdown as it was meant: escapes, entities and invisible characters of a careful renderer undone. */
export const plain = (text: string): string =>
  text
    .slice(0, MOST_READ)
    .replace(/\r\n?/g, "\n")
    .replace(/[\u200B-\u200D\u2060\uFEFF\u00AD]/g, "")
    .replace(/&(lt|gt|amp|quot|#39|#64|nbsp);/g, (_, name: string) => ENTITIES[name] ?? "")
    .replace(/\\([\\`*_{}[\]()#+.!|<>~@/-])/g, "$1");

/** The words that tell one text from another: lower case, four letters or more, common ones left out. */
export function tellingWords(text: string): string[] {
  const words = text.toLowerCase().match(/[a-z][a-z0-9_]{3,}/g) ?? [];
  return [...new Set(words)].filter((word) => !COMMON.has(word));
}

const COMMON = new Set(
  `about above after again against also another because been before being below between both cannot could does doing done
   down each either every from further have having here however into issue itself just like make many maybe might more most
   must need needs only other ought ours over please same shall should some such than that their them then there these they
   thing this those through under until very want wants were what when where which while will with without work works would
   your yours function option default value file code test tests readme`.split(/\s+/),
);

/** `addMiles` → `add-miles` */
export const kebab = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replaceAll("_", "-")
    .toLowerCase();

export const escapeRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The first line, cut to a length that a title bears. */
export function oneLine(text: string, length = 72): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, " ").trim();
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`;
}
