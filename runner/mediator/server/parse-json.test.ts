import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ModelError } from "../model/model-error.ts";
import { parseJson } from "./parse-json.ts";

const parse = (text: string | Buffer) => parseJson(Buffer.from(text));

test("JSON is read as JSON is", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 20 }), (value) => {
      expect(parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test.each([
  ["brackets inside strings", JSON.stringify(["[{".repeat(5_000)])],
  ["quotes and backslashes inside strings", JSON.stringify([`\\"[`.repeat(500), "\\", '"', '\\\\"[{'])],
  ["a hundred levels", "[".repeat(100) + "]".repeat(100)],
  ["a large text", JSON.stringify({ content: "A".repeat(20_000_000) })],
])("%s pass", (_, text) => {
  expect(parse(text)).toEqual(JSON.parse(text));
});

describe("refused", () => {
  test.each([
    ["nothing", ""],
    ["half an object", '{"a":'],
    ["an open string", '{"a": "b'],
    ["an open string that ends in a backslash", '"\\'],
    ["two values", "1 2"],
    ["a comment", "/* */ 1"],
    ["UTF-8 that is broken", Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ["an overlong slash", Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ["a byte order mark", Buffer.from("\ufeff{}")],
    ["UTF-16", Buffer.from('{"a":1}', "utf16le")],
    ["UTF-16 with its mark", Buffer.from('\ufeff{"a":1}', "utf16le")],
    ["gzip", Buffer.from("1f8b08000000000000ffabae0500431dad9902000000", "hex")],
    ["NaN", "NaN"],
    ["a hundred and one levels", "[".repeat(101) + "]".repeat(101)],
    ["a million levels", "[".repeat(1_000_000)],
    ["levels of objects", '{"a":'.repeat(101)],
    ["closed before it is open", `${"]".repeat(500)}${"[".repeat(500)}`],
    ["a million empty lists", `[${"[],".repeat(1_000_001)}0]`],
    ["a million numbers", `[${"1,".repeat(1_000_001)}0]`],
  ])("%s", (_, text) => {
    const before = performance.now();
    expect(() => parse(text)).toThrow(expect.objectContaining({ name: ModelError.name, status: 400 }));
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

test("a key that stands twice has its last value, and a prototype is a name like others", () => {
  expect(parse('{"a":1,"a":2}')).toEqual({ a: 2 });
  const value = parse('{"__proto__":{"polluted":true},"constructor":1}') as object;
  expect(Object.keys(value)).toEqual(["__proto__", "constructor"]);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
