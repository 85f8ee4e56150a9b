import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
/** What of renovate.json leans on files of ours; the rest is Renovate's own schema's affair (docs/release.md). */
const { customManagers } = z
  .object({
    customManagers: z.array(
      z.object({
        depNameTemplate: z.string(),
        managerFilePatterns: z.array(z.string().regex(/^\/.+\/$/)),
        matchStrings: z.array(z.string()),
      }),
    ),
  })
  .parse(JSON.parse(read("renovate.json")));
const files = globSync("{scripts,service,runner}/**/{*.mjs,Dockerfile}", {
  cwd: root,
  exclude: (path) => String(path).includes("node_modules"),
});

test.each([
  ["node", "NODE", ["scripts/with-toolchain.mjs"]],
  ["pnpm", "PNPM", ["runner/Dockerfile", "scripts/with-toolchain.mjs", "service/Dockerfile"]],
])("the version of %s is found wherever it stands", (name, constant, expected) => {
  const manager = customManagers.find(({ depNameTemplate }) => depNameTemplate === name);
  const patterns = (manager?.managerFilePatterns ?? []).map((pattern) => new RegExp(pattern.slice(1, -1)));
  const version = new RegExp(`^const ${constant} = "(.*)";$`, "m").exec(read("scripts/with-toolchain.mjs"))?.[1];
  const found = files
    .filter((path) => patterns.some((pattern) => pattern.test(path)))
    .flatMap((path) =>
      (manager?.matchStrings ?? []).flatMap((text) =>
        [...read(path).matchAll(new RegExp(text, "g"))].map((match) => [path, match.groups?.["currentValue"]]),
      ),
    );
  expect(found.toSorted()).toEqual(expected.map((path) => [path, version]));
});
