import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { reportSynth } from "./bench-synth.ts";

const ownModules = (file: string) =>
  [...readFileSync(join(import.meta.dirname, file), "utf8").matchAll(/"(\.\.\/\.\.\/[^"]+)"/g)].map(([, path]) => path);

test("what is compared loads the same modules", () => {
  expect(ownModules("synth.ts").length).toBeGreaterThan(0);
  expect(ownModules("imports.ts")).toEqual(ownModules("synth.ts"));
});

test("runs are shown as their ratio, pair by pair", () => {
  const runs = [
    { importsMs: 100, synthMs: 150 },
    { importsMs: 200, synthMs: 800 },
    { importsMs: 100, synthMs: 200 },
  ];
  expect(reportSynth(runs)).toMatchInlineSnapshot(`
    "|                         | median (min-max) |
    | ----------------------- | ---------------: |
    | loading the imports, ms |    100 (100-200) |
    | synth, ms               |    200 (150-800) |
    | ratio                   | 2.00 (1.50-4.00) |

    met      synth takes at most 3 times loading its imports"
  `);
  expect(reportSynth(runs.slice(1, 2))).toContain("NOT MET");
});
