import * as z from "zod";

/**
 * The JSON Schema that Codex passes on as a strict output format. Strict formats know no lengths of strings, so those
 * are left out; the mediator checks the answer against the whole schema.
 */
export function outputSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, {
    override: ({ jsonSchema }) => {
      delete jsonSchema.minLength;
      delete jsonSchema.maxLength;
    },
  });
  return json;
}
