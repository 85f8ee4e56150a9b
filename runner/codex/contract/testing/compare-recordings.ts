import type { Recording } from "./recording.ts";

type Facts = ReadonlyMap<string, string>;

/** What differs, one sentence each, in words that name the thing; empty when nothing does. Pure. */
export function compareRecordings(expected: Recording, found: Recording): string[] {
  const sections = new Set([...Object.keys(expected), ...Object.keys(found)]);
  return [...sections].flatMap((section) => {
    const [before, now] = [factsOf(expected[section]), factsOf(found[section])];
    const facts = new Set([...before.keys(), ...now.keys()]);
    return [...facts].flatMap((fact) => difference(section, fact, before.get(fact), now.get(fact)) ?? []);
  });
}

function factsOf(section: Recording[string] | undefined): Facts {
  return new Map(Array.isArray(section) ? section.map((each) => [each, ""]) : Object.entries(section ?? {}));
}

function difference(section: string, fact: string, before: string | undefined, now: string | undefined) {
  if (before === now) return undefined;
  if (now === undefined) return `\`${fact}\` left the ${section}`;
  if (before === undefined) return `\`${fact}\`${now && ` (${now})`} is new in the ${section}`;
  return `\`${fact}\` of the ${section} was \`${before}\` and is \`${now}\``;
}
