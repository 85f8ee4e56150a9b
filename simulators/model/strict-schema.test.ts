import { expect, test } from "vitest";
import { refusalOf } from "./strict-schema.ts";

const closed = (properties: Record<string, object>, more: object = {}) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});
const text = { type: "string" };

test.each([
  ["flat", closed({ a: text })],
  [
    "nested, with the draft named",
    closed(
      { list: { type: "array", items: closed({ a: text, b: { type: "string", enum: ["x"] } }) } },
      { $schema: "https://json-schema.org/draft/2020-12/schema" },
    ),
  ],
  ["nullable instead of optional", closed({ a: { anyOf: [text, { type: "null" }] } })],
  ["a property that is called like a keyword", closed({ default: text, not: text })],
])("accepts: %s", (_name, schema) => {
  expect(refusalOf(schema as never, "plan")).toBeUndefined();
});

test.each([
  [
    "an open object",
    closed({ a: text }, { additionalProperties: true }),
    "In context=(), 'additionalProperties' is required to be supplied and to be false.",
  ],
  [
    "an open object further in",
    closed({ a: { type: "array", items: { type: "object", properties: {} } } }),
    "In context=('properties', 'a', 'items'), 'additionalProperties' is required",
  ],
  ["an optional property", closed({ a: text, b: text }, { required: ["a"] }), "Missing 'b'."],
  [
    "a length of strings",
    closed({ a: { type: "string", maxLength: 9 } }),
    "In context=('properties', 'a'), 'maxLength' is not permitted.",
  ],
  ["a union at the top", { anyOf: [closed({})] }, "schema must have type 'object'"],
  ["no type", closed({ a: { description: "anything" } }), "schema must have a 'type' key."],
])("refuses: %s", (_name, schema, words) => {
  expect(refusalOf(schema as never, "plan")).toContain(words);
  expect(refusalOf(schema as never, "plan")).toMatch(/^Invalid schema for response_format 'plan': /);
});
