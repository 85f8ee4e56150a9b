import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { attackList } from "./attack-list.ts";

const root = join(import.meta.dirname, "..", "..");

test("docs/attacks.md names every case of the attack suite; if not: node local/attacks/write-attack-list.ts", {
  timeout: 120_000,
}, async () => {
  expect(readFileSync(join(root, "docs", "attacks.md"), "utf8")).toBe(await attackList(root));
});
