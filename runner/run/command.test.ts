import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";

const main = join(import.meta.dirname, "..", "main.ts");

function codexRunner(args: string[], env: Record<string, string> = {}, cwd = ".") {
  return new Promise<{ code: number; output: string; errors: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [main, ...args],
      { env: { PATH: "/usr/bin:/bin", ...env }, cwd },
      (_, output, errors) => resolve({ code: child.exitCode ?? -1, output, errors }),
    );
  });
}

describe("codex-runner run", () => {
  test("--help teaches: examples, secrets, exit codes", async () => {
    const { code, output } = await codexRunner(["run", "--help"]);
    expect(code).toBe(0);
    expect(output).toContain("codex-runner run --stage planning --repository octo/hello --issue-number 12");
    for (const word of [
      "--dry-run",
      "--plan-comment-body",
      "GITHUB_TOKEN",
      "OPENAI_API_KEY",
      "CODEX_TRIGGER_LOGINS",
      "Exit codes",
    ])
      expect(output).toContain(word);
    expect(output).not.toMatch(/--(token|api-key|password)/);
  });

  test("wrong options are told all together", async () => {
    const { code, errors } = await codexRunner([
      "run",
      "--stage",
      "planning",
      "--repository",
      "hello",
      "--issue-number",
      "x",
      "--repository-id",
      "-1",
    ]);
    expect(code).toBe(2);
    for (const fault of [
      "--repository hello is not of the form owner/name",
      "--issue-number x is not a whole number; give the issue's number",
      "--repository-id -1 is not a whole number; give the repository's numeric id",
    ])
      expect(errors).toContain(fault);
  });

  test("missing settings are told all together, with what to set", async () => {
    const { code, errors } = await codexRunner([
      "run",
      "--stage",
      "planning",
      "--repository",
      "o/r",
      "--issue-number",
      "1",
    ]);
    expect(code).toBe(2);
    for (const name of ["GITHUB_TOKEN is missing", "OPENAI_API_KEY is missing", "CODEX_TRIGGER_LOGINS is missing"])
      expect(errors).toContain(name);
  });

  test.each([
    [
      "an unknown option",
      ["run", "--stage", "planning", "--repository", "o/r", "--issue-number", "1", "--token", "x"],
      "unknown option '--token'",
    ],
    ["a missing stage", ["run", "--repository", "o/r", "--issue-number", "1"], "'--stage <stage>'"],
    ["a stage that is none", ["run", "--stage", "review"], "Allowed choices are planning, implementation"],
    ["a command that is none", ["walk"], "unknown command 'walk'"],
    ["an agent without settings", ["agent"], "MEDIATOR_URL is missing"],
  ])("%s is told, exit code 2", async (_, args, message) => {
    const { code, errors } = await codexRunner(args);
    expect(errors).toContain(message);
    expect(errors).not.toMatch(/^\s+at /m);
    expect(code).toBe(2);
  });

  test("a missing option is named", async () => {
    const { code, errors } = await codexRunner(["run", "--stage", "planning"]);
    expect(code).toBe(2);
    expect(errors).toContain("--repository is missing");
    expect(errors).toContain("--issue-number is missing");
  });

  test("a dry run needs no issue, and no repository in a checkout of it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "run-command-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const dryRun = ["run", "--stage", "planning", "--dry-run", "--issue-body", "Add bonjour()."];
    const outside = await codexRunner(dryRun, {}, folder);
    expect(outside.code).toBe(2);
    expect(outside.errors).toContain("--repository is missing, and the current folder's origin");
    expect(outside.errors).not.toContain("--issue-number");
    execFileSync("git", ["init", "--quiet"], { cwd: folder });
    execFileSync("git", ["remote", "add", "origin", "https://github.com/octo/hello.git"], { cwd: folder });
    const inside = await codexRunner(dryRun, {}, folder);
    expect(inside.errors).not.toContain("--");
    expect(inside.errors).toContain("GITHUB_TOKEN is missing");
  });
});
