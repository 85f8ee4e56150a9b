import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const main = join(import.meta.dirname, "..", "main.ts");

function codexRunner(args: string[], env: Record<string, string> = {}) {
  return new Promise<{ code: number; output: string; errors: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      [main, ...args],
      { env: { PATH: "/usr/bin:/bin", ...env } },
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
    for (const flag of ["--repository:", "--issue-number:", "--repository-id:"]) expect(errors).toContain(flag);
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
    expect(code).not.toBe(0);
    expect(errors).toContain("--repository");
  });
});
