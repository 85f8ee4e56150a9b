import type { z } from "zod";

type Json = z.core.util.JSONType;
type Schema = Readonly<Record<string, Json>>;

/** Keywords that strict mode refuses. Lengths of strings are among them: openai's guide lists what is supported. */
const REFUSED = [
  "allOf",
  "oneOf",
  "not",
  "if",
  "then",
  "else",
  "dependentRequired",
  "dependentSchemas",
  "patternProperties",
  "unevaluatedProperties",
  "propertyNames",
  "minProperties",
  "maxProperties",
  "unevaluatedItems",
  "contains",
  "minContains",
  "maxContains",
  "uniqueItems",
  "minLength",
  "maxLength",
  "default",
];
const MAX_DEPTH = 10;

/**
 * What the API would say against a schema for a strict answer, or undefined. A schema that is fine everywhere else can
 * be refused here: every property must be required, every object closed.
 *
 * Source: OpenAI's guide to structured outputs, "Supported schemas".
 */
export function refusalOf(schema: Schema, name: string): string | undefined {
  const reason =
    schema["type"] !== "object" || "anyOf" in schema
      ? `In context=(), schema must have type 'object' and not have 'anyOf' at the top level.`
      : objection(schema, []);
  return reason && `Invalid schema for response_format '${name}': ${reason}`;
}

function objection(schema: Schema, path: readonly string[]): string | undefined {
  const context = `In context=(${path.map((part) => `'${part}'`).join(", ")})`;
  if (path.length > MAX_DEPTH * 2) return `${context}, schema exceeds ${MAX_DEPTH} levels of nesting.`;
  const refused = REFUSED.find((keyword) => keyword in schema);
  if (refused !== undefined) return `${context}, '${refused}' is not permitted.`;
  const properties = asSchema(schema["properties"]) ?? {};
  if (schema["type"] === "object") {
    if (schema["additionalProperties"] !== false) {
      return `${context}, 'additionalProperties' is required to be supplied and to be false.`;
    }
    const required = Array.isArray(schema["required"]) ? schema["required"] : [];
    const missing = Object.keys(properties).find((key) => !required.includes(key));
    if (missing !== undefined) {
      return `${context}, 'required' is required to be supplied and to be an array including every key in properties. Missing '${missing}'.`;
    }
  } else if (path.at(-2) === "properties" && !["type", "enum", "const", "anyOf", "$ref"].some((key) => key in schema)) {
    return `${context}, schema must have a 'type' key.`;
  }
  return [...children(schema, properties)]
    .map(([at, child]) => objection(child, [...path, ...at]))
    .find((found) => found !== undefined);
}

function* children(schema: Schema, properties: Schema): Generator<[string[], Schema]> {
  for (const [key, value] of Object.entries(properties)) {
    const child = asSchema(value);
    if (child) yield [["properties", key], child];
  }
  for (const [key, value] of Object.entries(asSchema(schema["$defs"]) ?? {})) {
    const child = asSchema(value);
    if (child) yield [["$defs", key], child];
  }
  const items = asSchema(schema["items"]);
  if (items) yield [["items"], items];
  for (const [index, value] of (Array.isArray(schema["anyOf"]) ? schema["anyOf"] : []).entries()) {
    const child = asSchema(value);
    if (child) yield [["anyOf", String(index)], child];
  }
}

export const asSchema = (value: Json | undefined): Schema | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
