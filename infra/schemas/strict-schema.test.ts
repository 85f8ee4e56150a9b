import { expect, test } from "vitest";
import type { JsonSchema } from "./json-schema.ts";
import { strictDocument } from "./strict-schema.ts";

const strict = (root: object) => strictDocument({ root: root as JsonSchema, definitions: {} }).root;
const inner = { type: "object", properties: { size: { type: "integer" } } };

test("refuses unknown properties wherever some are named", () => {
  expect(strict({ type: "object", properties: { list: { type: "array", items: inner } } })).toEqual({
    type: "object",
    properties: { list: { type: "array", items: { ...inner, additionalProperties: false } } },
    additionalProperties: false,
  });
});

test.each([
  ["names none", { type: "object" }],
  ["takes any name", { type: "object", additionalProperties: { type: "string" } }],
])("leaves an object open that %s", (_, schema) => {
  expect(strict(schema)).toEqual(schema);
});

test("leaves an object open that keeps unknown properties", () => {
  expect(strict({ ...inner, "x-kubernetes-preserve-unknown-fields": true })).toEqual(inner);
});

test("drops descriptions, defaults, formats and hints to the server, but no property of such a name", () => {
  const described = {
    type: "string",
    description: "text",
    default: "a",
    format: "byte",
    "x-kubernetes-map-type": "atomic",
  };
  expect(strict({ type: "object", properties: { description: described } }).properties).toEqual({
    description: { type: "string" },
  });
});

test.each([
  [
    "x-kubernetes-int-or-string",
    { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] },
  ],
  ["a format", { type: "string", format: "int-or-string" }],
])("takes numbers and texts where %s says so", (_, schema) => {
  expect(strict(schema)).toEqual({ type: ["integer", "string"] });
});

test("takes null where upstream does", () => {
  expect(strict({ type: "string", nullable: true })).toEqual({ type: ["string", "null"] });
});

test("takes numbers and texts for the definitions that upstream calls texts", () => {
  const name = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
  const { definitions } = strictDocument({ root: {}, definitions: { [name]: { type: "string" } } });
  expect(definitions[name]).toEqual({ type: ["integer", "string"] });
});

test("fails for a union, which it would lose", () => {
  expect(() => strict({ anyOf: [{ required: ["a"] }] })).toThrow("which the reduction does not take over");
});
