import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { imageHash, projectImages } from "./image-inputs.ts";

const root = mkdtempSync(join(tmpdir(), "image-inputs-"));
afterAll(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
for (const path of ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "scripts/images/bundle.ts"])
  write(path, "1");
for (const path of ["contract/index.ts", "github/client.ts", "service/main.ts", "runner/main.ts"]) write(path, "1");

const hashes = (machine = ["node 24"]) => projectImages.map((image) => imageHash(root, image, machine));
const changedBy = (path: string) => {
  const before = hashes();
  write(path, "2");
  const after = hashes();
  return projectImages.filter((_, at) => before[at] !== after[at]).map(({ name }) => name);
};

test("an image is built anew when something that it is made of changed, and only then", () => {
  expect(hashes()).toEqual(hashes());
  expect(new Set(hashes()).size).toBe(3);
  expect(hashes(["node 26"])).not.toEqual(hashes());
  expect(changedBy("service/main.ts")).toEqual(["froussard"]);
  expect(changedBy("runner/mediator/new.ts")).toEqual(["codex-runner", "codex-agent"]);
  expect(changedBy("contract/index.ts")).toEqual(["froussard", "codex-runner", "codex-agent"]);
  expect(changedBy("pnpm-lock.yaml")).toEqual(["froussard", "codex-runner", "codex-agent"]);
});

test.each([
  "service/main.test.ts",
  "service/testing/kit.ts",
  "runner/node_modules/zod/index.js",
  "runner/.notes",
  "local/main.ts",
  "docs/images.md",
])("%s is in no image", (path) => {
  expect(changedBy(path)).toEqual([]);
});
