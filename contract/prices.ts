/** What a model's tokens cost, per million of them. */
export interface Prices {
  input: number;
  /** Input that the provider had in its cache. */
  cached: number;
  /** Input that the provider wrote into its cache. */
  cacheWrite: number;
  output: number;
  /** ISO 4217. */
  currency: string;
}

/** What is wanted of the setting `CODEX_PRICES`, for messages. */
export const pricesForm =
  "input=…,output=… and perhaps cached=…,cacheWrite=…,currency=…: prices of a million tokens, such as input=1.25,cached=0.125,output=10,currency=USD";

const amount = /^(?:0|[1-9][0-9]{0,6})(?:\.[0-9]{1,6})?$/;
const amountNames: readonly string[] = ["input", "cached", "cacheWrite", "output"];

/**
 * Reads `CODEX_PRICES`; undefined when it is not {@link pricesForm}. Cached input costs what input costs unless it is
 * told, and so does what is written into the cache; the currency is USD unless it is told.
 */
export function parsePrices(text: string): Prices | undefined {
  const given = new Map<string, string>();
  for (const entry of text.split(",")) {
    const [, name = "", value = ""] = /^\s*([A-Za-z]+)=(\S+)\s*$/.exec(entry) ?? [];
    const isValid = amountNames.includes(name) ? amount.test(value) : name === "currency" && /^[A-Z]{3}$/.test(value);
    if (!isValid || given.has(name)) return undefined;
    given.set(name, value);
  }
  const [input, output] = [given.get("input"), given.get("output")];
  if (input === undefined || output === undefined) return undefined;
  return {
    input: Number(input),
    cached: Number(given.get("cached") ?? input),
    cacheWrite: Number(given.get("cacheWrite") ?? input),
    output: Number(output),
    currency: given.get("currency") ?? "USD",
  };
}
