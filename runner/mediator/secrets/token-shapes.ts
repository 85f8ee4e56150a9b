import type { SecretShape } from "../../git/secret-search.ts";

/**
 * Left out: passwords in addresses and connection strings, since every example of a local database has one; and the comments
 * by which a file could switch the search off.
 */
const leftOut = ["basicauth", "database-connection-string", "filter-comments"];
/** A key on Edwards' curves in PKCS #8: shorter than what the rule for private keys looks at. */
const shortKeys =
  /-----BEGIN PRIVATE KEY-----(?:\s|\\[nr]){1,4}M[A-Za-z0-9]{2}CAQAwBQYDK2V[A-Za-z0-9+/=\s\\]{40,140}-----END PRIVATE KEY-----/g;
const prefix = "@secretlint/secretlint-rule-";

/** Loaded when first needed: it takes as long as all the rest of the mediator's start. */
let loaded: ReturnType<typeof load> | undefined;

async function load() {
  const [{ lintSource }, { rules }] = await Promise.all([
    import("@secretlint/core"),
    import("@secretlint/secretlint-rule-preset-recommend"),
  ]);
  const kept = rules.filter(({ meta }) => !leftOut.includes(meta.id.replace(prefix, "")));
  return { lintSource, config: { rules: kept.map((rule) => ({ id: rule.meta.id, rule })) } };
}

/**
 * Finds what has the shape of somebody's credential, by the rules of secretlint. The text's name is never told to a rule: one
 * of them would open the file. Placeholders that repeat a few characters are none.
 */
export async function tokenShapes(text: string): Promise<SecretShape[]> {
  loaded ??= load();
  const { lintSource, config } = await loaded;
  const source = { filePath: "text", content: text, contentType: "text" as const };
  const options = { config, maskSecrets: true, noPhysicFilePath: true };
  const { messages } = await lintSource({ source, options });
  const short = [...text.matchAll(shortKeys)].map(({ index, 0: { length } }) => ({
    rule: "privatekey",
    start: index,
    end: index + length,
  }));
  return messages
    .map(({ ruleId, range: [start, end] }) => ({ rule: ruleId.replace(prefix, ""), start, end }))
    .concat(short)
    .filter(({ start, end }) => !isPlaceholder(text.slice(start, end)))
    .toSorted((one, other) => one.start - other.start);
}

function isPlaceholder(found: string): boolean {
  return new Set(found.slice(-16).toLowerCase()).size <= 4;
}
