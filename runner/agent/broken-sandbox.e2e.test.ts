import { chmodSync, copyFileSync, linkSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { exec, scriptOf } from "@froussard/simulators/model/script";
import { describe, expect, test } from "vitest";
import { findCodex } from "../codex/codex-binary.ts";
import { inBubble } from "../sandbox/bubble.ts";
import { runInBubble, workOf } from "./testing/run-in-bubble.ts";

const codex = findCodex();
const plan = { summary: "None", steps: [], files: [], commands: [], risks: [], tests: [], openQuestions: [] };
const root = join(import.meta.dirname, "..", "..");
/** Where the real Codex lies in the bubble. */
const real = join(inBubble.code, relative(root, codex.path));

/**
 * A Codex whose sandbox works until it is called for a run, and never again: `broken` is the call for a run, with `codex`
 * for the program.
 */
function breaking(folder: string, broken: string): string {
  const bin = join(folder, "own", "bin");
  mkdirSync(bin, { recursive: true });
  // The program and its helper, without the bubblewrap that the package has beside their folder.
  const alone = join(bin, "alone");
  bring(codex.path, alone);
  bring(join(dirname(codex.path), "codex-code-mode-host"), join(bin, "codex-code-mode-host"));
  const program = join(bin, "codex");
  const script = [
    "#!/bin/sh",
    'if [ "$1" = exec ]; then : > "$CODEX_HOME/begun"; fi',
    `if [ -e "$CODEX_HOME/begun" ]; then ${broken.replaceAll("ALONE", alone).replaceAll("REAL", real)}; fi`,
    `exec ${real} "$@"`,
  ];
  writeFileSync(program, script.join("\n"));
  chmodSync(program, 0o755);
  return program;
}

function bring(file: string, to: string): void {
  try {
    linkSync(file, to);
  } catch {
    // Another file system.
    copyFileSync(file, to);
  }
}

const noNamespaces = `exec unshare --user --map-root-user sh -c 'echo 0 > /proc/sys/user/max_user_namespaces; exec REAL "$@"' sh "$@"`;

describe.skipIf(process.platform !== "linux")("a sandbox that breaks after it was proven, with the real Codex", () => {
  test.each<[string, string, string, RegExp]>([
    ["no bubblewrap any more: nothing is told of the commands", "gpt-6.1-sol", 'exec ALONE "$@"', /bubblewrap/],
    ["the same with an older model", "gpt-5.5", 'exec ALONE "$@"', /bubblewrap/],
    ["no namespaces any more: all commands fail", "gpt-6.1-sol", noNamespaces, /2 of 2 commands failed in the sandbox/],
  ])("%s", async (_, model, broken, detail) => {
    const outputs: string[] = [];
    const run = await runInBubble({
      task: workOf("planning", { model }),
      repository: { "README.md": "read me\n" },
      codex: (folder) => breaking(folder, broken),
      script: () =>
        scriptOf(function* () {
          for (const command of ["cat README.md", "ls"]) outputs.push((yield exec(command)).stdout);
          return JSON.stringify(plan);
        }),
    });
    expect(run.result, run.log).toMatchObject({
      kind: "failure",
      code: "sandbox-failed",
      detail: expect.stringMatching(detail),
      usage: { input_tokens: expect.any(Number) },
    });
    expect(outputs.join("")).not.toContain("read me");
  });

  test("commands that fail for reasons of their own are no such failure", async () => {
    const run = await runInBubble({
      task: workOf("planning"),
      repository: { "README.md": "read me\n" },
      script: () =>
        scriptOf(function* () {
          yield exec("echo 'bwrap: not really' >&2; exit 3");
          yield exec("exit 1");
          return JSON.stringify(plan);
        }),
    });
    expect(run.result, run.log).toMatchObject({ kind: "plan" });
  });

  test("policy pod does without that sandbox, and goes on", async () => {
    const run = await runInBubble({
      task: workOf("planning", { sandbox: "pod" }),
      repository: { "README.md": "read me\n" },
      codex: (folder) => breaking(folder, 'exec ALONE "$@"'),
      script: () =>
        scriptOf(function* () {
          const { stdout } = yield exec("cat README.md");
          return JSON.stringify({ ...plan, summary: stdout });
        }),
    });
    expect(run.result, run.log).toMatchObject({ kind: "plan", plan: { summary: expect.stringContaining("read me") } });
  });
});
