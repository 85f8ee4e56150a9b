import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { goModuleFolder } from "./go-module.ts";

const source = { module: "example.com/a", version: "v1.0.0", sum: "h1:right=" } as const;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "go-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A `go` that gives one answer. */
function goThatSays(answer: object | string, status = 0): string {
  const path = join(folder, "go");
  const text = typeof answer === "string" ? `echo '${answer}' >&2` : `echo '${JSON.stringify(answer)}'`;
  writeFileSync(path, `#!/bin/sh\n${text}\nexit ${status}\n`);
  chmodSync(path, 0o755);
  return path;
}

test("answers the folder of a module with the recorded checksum", () => {
  expect(goModuleFolder(source, goThatSays({ Dir: "/modules/a", Sum: "h1:right=" }))).toBe("/modules/a");
});

test("fails when the module has another checksum", () => {
  expect(() => goModuleFolder(source, goThatSays({ Dir: "/modules/a", Sum: "h1:other=" }))).toThrow(
    "example.com/a@v1.0.0 has the checksum h1:other=, not h1:right= as infra/schemas/versions.ts says",
  );
});

test("fails with go's own words when it cannot download", () => {
  expect(() => goModuleFolder(source, goThatSays({ Error: "not found" }, 1))).toThrow(
    "go could not download example.com/a@v1.0.0: not found",
  );
  expect(() => goModuleFolder(source, goThatSays("no network", 1))).toThrow(
    "go could not download example.com/a@v1.0.0: no network",
  );
});

test("says how to install Go where there is none", () => {
  expect(() => goModuleFolder(source, join(folder, "none"))).toThrow(
    /install Go 1\.21 or newer \(https:\/\/go\.dev\/doc\/install/,
  );
});
