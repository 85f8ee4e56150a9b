import { SourceMap } from "node:module";
import { encode } from "@jridgewell/sourcemap-codec";
import { expect, test } from "vitest";
import { ownSourcesAlone } from "./own-sources-alone.ts";

const map = ownSourcesAlone(
  JSON.stringify({
    version: 3,
    sources: ["node_modules/.pnpm/zod@1/node_modules/zod/index.js", "service/main.ts"],
    names: ["parse"],
    mappings: encode([
      [
        [0, 1, 4, 2],
        [10, 0, 7, 0],
        [20, 0, 8, 0],
        [30, 1, 5, 6, 0],
      ],
      [[0, 0, 9, 0]],
      [[0, 1, 6, 0]],
    ]),
  }),
);
const origin = (line: number, column: number) => new SourceMap(JSON.parse(map)).findEntry(line, column);

test("keeps where our own lines come from", () => {
  expect(origin(0, 5)).toMatchObject({ originalSource: "service/main.ts", originalLine: 4, originalColumn: 2 });
  expect(origin(0, 35)).toMatchObject({ originalSource: "service/main.ts", originalLine: 5, originalColumn: 6 });
});

test("names no package, and takes none of its lines for ours", () => {
  expect(map).not.toContain("node_modules");
  for (const [line, column] of [
    [0, 12],
    [0, 25],
    [1, 3],
  ] as const)
    expect(origin(line, column)).not.toHaveProperty("originalSource", "service/main.ts");
});
