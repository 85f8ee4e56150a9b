import { expect, test } from "vitest";
import { inlineReferences } from "./inline-references.ts";

const size = { type: "integer" };

test("puts each definition in the place of its references", () => {
  const root = { properties: { one: { $ref: "#/definitions/A" }, many: { items: { $ref: "#/definitions/A" } } } };
  expect(inlineReferences({ root, definitions: { A: { properties: { size } } } })).toEqual({
    properties: { one: { properties: { size } }, many: { items: { properties: { size } } } },
  });
});

test("leaves out a property that leads back to what it is part of", () => {
  const root = { $ref: "#/definitions/Trigger" };
  const Trigger = { properties: { size, next: { $ref: "#/definitions/Trigger" } } };
  expect(inlineReferences({ root, definitions: { Trigger } })).toEqual({ properties: { size } });
});

test("fails for a reference that leads nowhere", () => {
  expect(() => inlineReferences({ root: { $ref: "#/definitions/A" }, definitions: {} })).toThrow(
    'no definition for the reference "#/definitions/A"',
  );
});
