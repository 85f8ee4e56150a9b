import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sources } from "../schemas/versions.ts";

test.each([
  ["events", sources.argoEvents],
  ["workflows", sources.argoWorkflows],
])("the programs of %s are built from the version that the schemas in crds/ are of", (folder, { module, version }) => {
  const goMod = readFileSync(join(import.meta.dirname, folder, "go.mod"), "utf8");
  expect(goMod.split(/\s*\n\s*|^require /m)).toContain(`${module} ${version}`);
});
