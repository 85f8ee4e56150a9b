import { definitionName, type JsonSchema, type SchemaDocument } from "./json-schema.ts";

/**
 * The schema with every reference replaced by what it leads to. A property that leads back to a definition it is part
 * of is left out (a trigger's dead-letter trigger has none of its own).
 */
export function inlineReferences({ root, definitions }: SchemaDocument): JsonSchema {
  const inline = (schema: JsonSchema, above: readonly string[]): JsonSchema | undefined => {
    if (schema.$ref) {
      const name = definitionName(schema.$ref);
      const target = definitions[name];
      if (!target) throw new Error(`no definition for the reference "${schema.$ref}"`);
      return above.includes(name) ? undefined : inline(target, [...above, name]);
    }
    const { properties, items, additionalProperties } = schema;
    const inner = (below: JsonSchema) => inline(below, above) ?? {};
    return {
      ...schema,
      ...(properties && {
        properties: Object.fromEntries(
          Object.entries(properties).flatMap(([name, property]) => {
            const inlined = inline(property, above);
            return inlined ? [[name, inlined]] : [];
          }),
        ),
      }),
      ...(items && { items: inner(items) }),
      ...(typeof additionalProperties === "object" && { additionalProperties: inner(additionalProperties) }),
    };
  };
  return inline(root, []) ?? {};
}
