import type { SecretSearch, SecretShape } from "../../git/secret-search.ts";

/** A value with its texts cleaned, and the name of the first credential of this run that one of them held. */
export interface Cleaned<T> {
  value: T;
  own?: string;
}

/**
 * Takes credentials out of every text of a JSON value (an agent's plan, report or progress). A text that holds one of this
 * run's is withheld whole, since in most spellings there is no telling where it ends; what only has the shape of one, such as
 * a key that the agent found in the repository and speaks of, is taken out where it stands. Both leave a word in its place.
 */
export async function cleanTexts<T>(value: T, secrets: SecretSearch): Promise<Cleaned<T>> {
  const texts = [...textsOf(value)];
  // Together first: mostly there is nothing, and a secret may be spread over several texts.
  const spread = await secrets.own(texts.join("\n"));
  const cleaned = new Map<string, string>();
  let withheld = false;
  for (const text of new Set(texts)) {
    const own = spread && (await secrets.own(text));
    if (own) withheld = true;
    cleaned.set(text, own ? `(withheld: this text held ${own})` : cut(text, await secrets.shapes(text)));
  }
  if (spread && !withheld) for (const text of texts) cleaned.set(text, `(withheld: these texts held ${spread})`);
  return { value: replaceTexts(value, (text) => cleaned.get(text) ?? text) as T, ...(spread && { own: spread }) };
}

function cut(text: string, shapes: readonly SecretShape[]): string {
  let end = 0;
  const parts: string[] = [];
  for (const shape of shapes) {
    if (shape.start < end) continue;
    parts.push(text.slice(end, shape.start), `(withheld: looks like a credential, ${shape.rule})`);
    end = shape.end;
  }
  return parts.length === 0 ? text : [...parts, text.slice(end)].join("");
}

function* textsOf(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) for (const each of Object.values(value)) yield* textsOf(each);
}

function replaceTexts(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === "string") return replace(value);
  if (Array.isArray(value)) return value.map((each) => replaceTexts(each, replace));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, replaceTexts(each, replace)]));
}
