import type { JsonSchema, SchemaDocument } from "./json-schema.ts";

/** Keywords that are taken over as they are; descriptions, defaults, formats and the server's own hints are left out. */
const plainKeywords = [
  "$ref",
  "type",
  "const",
  "enum",
  "required",
  "pattern",
  "minimum",
  "maximum",
  "minLength",
  "maxLength",
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "uniqueItems",
] as const;

const unions = ["allOf", "anyOf", "oneOf", "not"] as const;

/** What controller-gen writes into CRDs for a quantity. */
const quantity =
  "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$";

/** Upstream's definitions call these plain strings; the API server takes numbers too, and not any string as a quantity. */
const looseDefinitions: readonly (readonly [suffix: string, schema: JsonSchema])[] = [
  ["IntOrString", { type: ["integer", "string"] }],
  ["Int64OrString", { type: ["integer", "string"] }],
  ["resource.Quantity", { type: ["number", "string"], pattern: quantity }],
];

/**
 * The document as plain JSON Schema that refuses a property which upstream does not name: everywhere it names some, and
 * neither takes free ones nor keeps unknown ones.
 */
export function strictDocument({ root, definitions }: SchemaDocument): SchemaDocument {
  return {
    root: strictSchema(root),
    definitions: Object.fromEntries(
      Object.entries(definitions).map(([name, schema]) => [
        name,
        looseDefinitions.find(([suffix]) => name.endsWith(suffix))?.[1] ?? strictSchema(schema),
      ]),
    ),
  };
}

function strictSchema(schema: JsonSchema): JsonSchema {
  const known = schema as Record<string, unknown>;
  const result: Record<string, unknown> = {};
  for (const keyword of plainKeywords) if (known[keyword] !== undefined) result[keyword] = known[keyword];
  const isIntOrString = schema["x-kubernetes-int-or-string"] || schema.format?.endsWith("-or-string");
  if (isIntOrString) result["type"] = ["integer", "string"];
  else if (unions.some((union) => schema[union]))
    throw new Error(
      `a schema has ${unions.join(", ")}, which the reduction does not take over: ${JSON.stringify(schema)}`,
    );
  if (schema.nullable && schema.type) result["type"] = [schema.type, "null"].flat();
  if (schema.properties)
    result["properties"] = Object.fromEntries(
      Object.entries(schema.properties).map(([name, property]) => [name, strictSchema(property)]),
    );
  if (schema.items) result["items"] = strictSchema(schema.items);
  const free = schema.additionalProperties;
  if (free !== undefined) result["additionalProperties"] = typeof free === "object" ? strictSchema(free) : free;
  else if (schema.properties && !schema["x-kubernetes-preserve-unknown-fields"]) result["additionalProperties"] = false;
  return result;
}
