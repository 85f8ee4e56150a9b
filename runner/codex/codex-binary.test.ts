import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { findCodex, supportedCodexVersion } from "./codex-binary.ts";

test("finds the pinned program, and it is the version it claims to be", () => {
  const { path, version, bwrap } = findCodex();
  expect(execFileSync(path, ["--version"], { encoding: "utf8" })).toContain(version);
  if (process.platform === "linux") expect(existsSync(bwrap ?? "")).toBe(true);
});

test("CODEX_BIN names another program, of unknown version", () => {
  expect(findCodex("/bin/sh")).toEqual({ path: "/bin/sh", folder: "/bin" });
});

test("a CODEX_BIN that lies as the package lays it out comes with all that it needs", () => {
  const { path, folder } = findCodex();
  expect(findCodex(path)).toEqual({ path, folder });
});

test("fails when CODEX_BIN cannot be executed, with what to do", () => {
  expect(() => findCodex("/etc/passwd")).toThrow("reinstall it or set CODEX_BIN");
});

test("the supported version is that of the pinned program, whatever CODEX_BIN names", () => {
  expect(supportedCodexVersion()).toBe(findCodex().version);
});
