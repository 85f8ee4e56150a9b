import { children, definitionName, type JsonSchema, type SchemaDocument } from "./json-schema.ts";

/** A copy of a document without the properties that `keep` leaves out, and without definitions nothing leads to any more. */
export function keepProperties(
  document: SchemaDocument,
  keep: Readonly<Record<string, readonly string[]>>,
): SchemaDocument {
  const { root, definitions }: SchemaDocument = structuredClone(document);
  for (const [path, names] of Object.entries(keep)) {
    const schema = schemaAt({ root, definitions }, path);
    const properties = schema.properties ?? {};
    for (const name of names)
      if (!(name in properties))
        throw new Error(`no property "${name}" at "${path}"; upstream knows ${Object.keys(properties).join(", ")}`);
    schema.properties = Object.fromEntries(Object.entries(properties).filter(([name]) => names.includes(name)));
    const lost = schema.required?.filter((name) => !names.includes(name)) ?? [];
    if (lost.length > 0) throw new Error(`${lost.join(", ")} must be kept at "${path}": upstream requires it`);
  }
  return { root, definitions: reachable(root, definitions) };
}

/** The document with limits added to the numbers at the given paths; changes it in place, as it is a copy already. */
export function withLimits(document: SchemaDocument, limits: Readonly<Record<string, object>> = {}): SchemaDocument {
  for (const [path, limit] of Object.entries(limits)) Object.assign(schemaAt(document, path), limit);
  return document;
}

/** The object schema at a path of property names; references, lists and maps are stepped through. */
function schemaAt({ root, definitions }: SchemaDocument, path: string): JsonSchema {
  let schema = stepInto(root, definitions);
  for (const name of path === "" ? [] : path.split(".")) {
    const next = schema.properties?.[name];
    if (!next) throw new Error(`no property "${name}" on the way to "${path}"`);
    schema = stepInto(next, definitions);
  }
  return schema;
}

function stepInto(schema: JsonSchema, definitions: SchemaDocument["definitions"]): JsonSchema {
  if (schema.$ref) return stepInto(definition(definitions, schema.$ref), definitions);
  if (schema.items) return stepInto(schema.items, definitions);
  if (typeof schema.additionalProperties === "object") return stepInto(schema.additionalProperties, definitions);
  return schema;
}

function definition(definitions: SchemaDocument["definitions"], ref: string): JsonSchema {
  const found = definitions[definitionName(ref)];
  if (!found) throw new Error(`no definition for the reference "${ref}"`);
  return found;
}

/** The definitions that the root leads to, sorted by name. */
function reachable(root: JsonSchema, definitions: SchemaDocument["definitions"]): Record<string, JsonSchema> {
  const found = new Map<string, JsonSchema>();
  const visit = (schema: JsonSchema): void => {
    if (schema.$ref && !found.has(definitionName(schema.$ref))) {
      const target = definition(definitions, schema.$ref);
      found.set(definitionName(schema.$ref), target);
      visit(target);
    }
    children(schema).forEach(visit);
  };
  visit(root);
  return Object.fromEntries([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}
