import { type Schema, Validator } from "@cfworker/json-schema";
import { nearestName } from "./nearest-name.ts";

type Json = Record<string, unknown>;

/** Keywords that only say that something below them is wrong, which is reported by itself. */
const wrappers = new Set(["$ref", "properties", "items", "false"]);

/**
 * A function that tells everything by which a value departs from a schema, each fault with the path of the field, its value
 * and what belongs there.
 *
 * The schema is interpreted, not compiled: at one look at each object that takes a small part of the time.
 */
export function schemaFaults(schema: object): (value: unknown) => string[] {
  const validator = new Validator(schema as Schema, "7", false);
  return (value) => {
    const faults = validator.validate(value).errors.flatMap(({ keyword, keywordLocation, instanceLocation }) => {
      if (wrappers.has(keyword)) return [];
      const path = segments(instanceLocation);
      const field = fieldPath(path);
      const found = path.reduce<unknown>((at, name) => (at as Json)[name], value);
      const parent = schemaAt(schema, segments(keywordLocation).slice(0, -1));
      const rule = parent[keyword];
      switch (keyword) {
        case "additionalProperties":
          return rule === false ? unknownFields(path, found as Json, Object.keys(parent["properties"] as Json)) : [];
        case "required":
          return (rule as string[])
            .filter((name) => !Object.hasOwn(found as Json, name))
            .map((name) => `${fieldPath([...path, name])} is missing`);
        case "type":
          return [`${field} is ${shown(found)}, but must be of type ${[rule].flat().join(" or ")}`];
        case "enum":
          return [`${field} is ${shown(found)}, but must be one of ${(rule as unknown[]).map(shown).join(", ")}`];
        case "const":
          return [`${field} is ${shown(found)}, but must be ${shown(rule)}`];
        default:
          return [`${field} is ${shown(found)}, which breaks ${keyword} ${shown(rule)}`];
      }
    });
    return [...new Set(faults)];
  };
}

function unknownFields(path: readonly string[], found: Json, known: readonly string[]): string[] {
  return Object.keys(found)
    .filter((name) => !known.includes(name))
    .map((name) => {
      const nearest = nearestName(name, known);
      const hint = nearest ? `did you mean ${nearest}?` : `allowed here: ${known.join(", ")}`;
      return `${fieldPath([...path, name])} is not a field of this kind; ${hint}`;
    });
}

/** The schema that a location leads to, through the references on its way. */
function schemaAt(schema: object, location: readonly string[]): Json {
  return location.reduce<Json>((at, name) => {
    const next = at[name];
    return name === "$ref" ? schemaAt(schema, segments(next as string)) : (next as Json);
  }, schema as Json);
}

/** The parts of a JSON pointer in a URI's fragment. */
const segments = (pointer: string) =>
  pointer
    .split("/")
    .slice(1)
    .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"));

function fieldPath(path: readonly string[]): string {
  const written = path.map((name) => {
    if (/^\d+$/.test(name)) return `[${name}]`;
    return /^[\w-]+$/.test(name) ? `.${name}` : `["${name}"]`;
  });
  return written.join("").replace(/^\./, "");
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
