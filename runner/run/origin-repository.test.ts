import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { originRepository, repositoryOf } from "./origin-repository.ts";

test.each([
  ["https://github.com/octo/hello", "octo/hello"],
  ["https://github.com/octo/hello.git", "octo/hello"],
  ["https://GitHub.com/octo/hello.git/", "octo/hello"],
  ["https://octo:secret@github.com/octo/hello.git", "octo/hello"],
  ["git@github.com:octo/hello.git", "octo/hello"],
  ["ssh://git@github.com/octo/hello.git", "octo/hello"],
  ["ssh://git@ssh.github.com:443/octo/hello.js.git", "octo/hello.js"],
  ["https://gitlab.com/octo/hello", undefined],
  ["https://github.com.example.org/octo/hello", undefined],
  ["https://example.org/github.com/octo/hello", undefined],
  ["https://github.com@example.org/octo/hello", undefined],
  ["https://github.com/octo", undefined],
  ["https://github.com/octo/../hello", undefined],
  ["/srv/git/octo/hello", undefined],
  ["", undefined],
])("origin %s is %s", (origin, repository) => {
  expect(repositoryOf(origin)).toBe(repository);
});

test("a GitHub of one's own is known by its API's address", () => {
  const origin = "git@github.example.org:octo/hello.git";
  expect(repositoryOf(origin, "https://github.example.org/api/v3")).toBe("octo/hello");
  expect(repositoryOf("git@github.com:octo/hello.git", "https://github.example.org/api/v3")).toBeUndefined();
});

test("git is asked in the folder; one that is no checkout names nothing", async () => {
  const folder = mkdtempSync(join(tmpdir(), "origin-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, GIT_CEILING_DIRECTORIES: tmpdir() };
  expect(await originRepository({ folder, env })).toBeUndefined();
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder, env });
  git("init", "--quiet");
  expect(await originRepository({ folder, env })).toBeUndefined();
  git("remote", "add", "origin", "git@github.com:octo/hello.git");
  expect(await originRepository({ folder, env })).toBe("octo/hello");
});
