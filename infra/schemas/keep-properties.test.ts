import { describe, expect, test } from "vitest";
import type { SchemaDocument } from "./json-schema.ts";
import { keepProperties, withLimits } from "./keep-properties.ts";

const document: SchemaDocument = {
  root: { properties: { spec: { $ref: "#/definitions/Spec" }, status: { $ref: "#/definitions/Status" } } },
  definitions: {
    Status: { type: "object" },
    Spec: {
      type: "object",
      required: ["items"],
      properties: {
        items: { type: "array", items: { $ref: "#/definitions/Item" } },
        byName: { type: "object", additionalProperties: { $ref: "#/definitions/Item" } },
      },
    },
    Item: { type: "object", properties: { size: { type: "integer" }, next: { $ref: "#/definitions/Item" } } },
  },
};

describe("keepProperties", () => {
  test("leaves out other properties, and the definitions that nothing leads to any more", () => {
    const kept = keepProperties(document, { "": ["spec"], spec: ["items"] });
    expect(Object.keys(kept.root.properties ?? {})).toEqual(["spec"]);
    expect(Object.keys(kept.definitions)).toEqual(["Item", "Spec"]);
    expect(Object.keys(kept.definitions["Spec"]?.properties ?? {})).toEqual(["items"]);
  });

  test.each(["spec.items", "spec.byName", "spec.items.next"])(
    "steps through lists, maps and references at %s",
    (path) => {
      const kept = keepProperties(document, { [path]: ["size"] });
      expect(kept.definitions["Item"]?.properties).toEqual({ size: { type: "integer" } });
    },
  );

  test("leaves the given document as it was", () => {
    const before = structuredClone(document);
    keepProperties(document, { "": ["spec"], "spec.items": ["size"] });
    expect(document).toEqual(before);
  });

  test("fails for a name or a path that upstream does not have", () => {
    expect(() => keepProperties(document, { spec: ["items", "colour"] })).toThrow(
      'no property "colour" at "spec"; upstream knows items, byName',
    );
    expect(() => keepProperties(document, { "spec.colour": ["a"] })).toThrow(
      'no property "colour" on the way to "spec.colour"',
    );
  });

  test("fails when a required property would be left out", () => {
    expect(() => keepProperties(document, { spec: ["byName"] })).toThrow(
      'items must be kept at "spec": upstream requires it',
    );
  });
});

test("withLimits adds limits to the number at a path", () => {
  const limited = withLimits(structuredClone(document), { "spec.items.size": { minimum: 1 } });
  expect(limited.definitions["Item"]?.properties?.["size"]).toEqual({ type: "integer", minimum: 1 });
});
