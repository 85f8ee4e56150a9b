import type { z } from "zod";
import { asSchema } from "../strict-schema.ts";

type Json = z.core.util.JSONType;
type Schema = Readonly<Record<string, Json>>;

/** A value made to fit a schema: fields that it does not have are dropped, fields that are missing are empty. */
export function fitted(value: Json | undefined, schema: Schema): Json {
  const options = Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
  if (options) return options.includes(value ?? null) ? (value ?? null) : (options[0] ?? null);
  const alternatives = Array.isArray(schema["anyOf"]) ? schema["anyOf"].map(asSchema) : undefined;
  if (alternatives)
    return fitted(value, alternatives.find((one) => one && typeFits(value, one["type"])) ?? alternatives[0] ?? {});
  const types = [schema["type"]].flat();
  const type = types.find((one) => typeFits(value, one)) ?? types[0];
  switch (type) {
    case "object": {
      const fields = asSchema(value) ?? {};
      const properties = Object.entries(asSchema(schema["properties"]) ?? {});
      return Object.fromEntries(properties.map(([key, child]) => [key, fitted(fields[key], asSchema(child) ?? {})]));
    }
    case "array":
      return (Array.isArray(value) ? value : []).map((item) => fitted(item, asSchema(schema["items"]) ?? {}));
    case "string":
      return typeof value === "string" ? value : "";
    case "number":
    case "integer":
      return typeof value === "number" ? value : 0;
    case "boolean":
      return value === true;
    case "null":
      return null;
    default:
      return value ?? null;
  }
}

function typeFits(value: Json | undefined, type: Json | undefined): boolean {
  if (value === undefined || value === null) return type === "null";
  if (Array.isArray(value)) return type === "array";
  return type === typeof value || (type === "integer" && Number.isInteger(value));
}
