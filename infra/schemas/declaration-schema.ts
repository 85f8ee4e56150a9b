import type { JsonSchema } from "./json-schema.ts";

const token = /"(?:[^"\\]|\\.)*"|[A-Za-z_$][\w$]*|[{}[\]<>():;?|,]/g;

/**
 * The schema of a kind from an npm package that carries its CRD only as a TypeScript declaration generated from it
 * (Strimzi's are in no registry in another form).
 */
export function declarationSchema(declaration: string, kind: string): JsonSchema {
  const start = declaration.indexOf(`export interface I${kind} {`);
  if (start < 0) throw new Error(`no interface I${kind} in the declaration of ${kind}`);
  const text = declaration.slice(declaration.indexOf("{", start)).replaceAll(/\/\*[\s\S]*?\*\//g, "");
  const tokens = text.match(token) ?? [];
  let at = 0;
  const take = (expected?: string) => {
    const next = tokens[at++];
    if (next === undefined || (expected !== undefined && next !== expected))
      throw new Error(`the declaration of ${kind} has "${next}" where ${expected ?? "a type"} belongs`);
    return next;
  };

  function object(): JsonSchema {
    const properties: Record<string, JsonSchema> = {};
    const required: string[] = [];
    while (tokens[at] !== "}") {
      const name = take();
      if (name === "[") {
        // [key: string]: T;
        for (const part of ["key", ":", "string", "]", ":"]) take(part);
        const additionalProperties = type();
        take(";");
        take("}");
        return { type: "object", additionalProperties };
      }
      if (tokens[at] === "?") take("?");
      else required.push(JSON.parse(name));
      take(":");
      properties[JSON.parse(name)] = type();
      take(";");
    }
    take("}");
    if (Object.keys(properties).length === 0) return { type: "object" };
    return { type: "object", ...(required.length > 0 && { required }), properties };
  }

  function type(): JsonSchema {
    const options = [single()];
    while (tokens[at] === "|") {
      take("|");
      options.push(single());
    }
    if (options.length === 1 && options[0]) return options[0];
    if (!options.every((option) => option.enum))
      throw new Error(`the declaration of ${kind} has a union of other than texts`);
    return { type: "string", enum: options.flatMap((option) => option.enum ?? []) };
  }

  function single(): JsonSchema {
    const next = take();
    if (next === "{") return object();
    if (next.startsWith('"')) return { type: "string", enum: [JSON.parse(next)] };
    if (next === "string" || next === "boolean" || next === "number") return { type: next };
    if (next === "IObjectMeta") return { type: "object" };
    if (next !== "Array") throw new Error(`the declaration of ${kind} has the unknown type "${next}"`);
    take("<");
    const items = type();
    take(">");
    return { type: "array", items };
  }

  take("{");
  return object();
}
