/** The part of JSON Schema (and of OpenAPI's dialect of it) that the upstream schemas use. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  const?: unknown;
  enum?: unknown[];
  required?: string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  nullable?: boolean;
  properties?: Record<string, JsonSchema>;
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema;
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  not?: JsonSchema;
  "x-kubernetes-int-or-string"?: boolean;
  "x-kubernetes-preserve-unknown-fields"?: boolean;
}

/** One kind's schema: its root, and the definitions that `#/definitions/…` references lead to. */
export interface SchemaDocument {
  readonly root: JsonSchema;
  readonly definitions: Readonly<Record<string, JsonSchema>>;
}

const prefix = "#/definitions/";

/** Where the reference to a definition leads; throws for any other form of reference. */
export function definitionName(ref: string): string {
  if (!ref.startsWith(prefix)) throw new Error(`reference "${ref}" does not begin with ${prefix}`);
  return ref.slice(prefix.length);
}

/** The schemas directly below this one. */
export function children(schema: JsonSchema): JsonSchema[] {
  const { properties = {}, additionalProperties, items, allOf = [], anyOf = [], oneOf = [], not } = schema;
  return [
    ...Object.values(properties),
    ...(typeof additionalProperties === "object" ? [additionalProperties] : []),
    ...(items ? [items] : []),
    ...allOf,
    ...anyOf,
    ...oneOf,
    ...(not ? [not] : []),
  ];
}
