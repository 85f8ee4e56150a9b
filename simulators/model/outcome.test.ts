import { expect, test } from "vitest";
import { type Outcome, readOutcome } from "./outcome.ts";

const outcome = (given: Partial<Outcome>): Outcome => ({
  ok: false,
  exitCode: undefined,
  stdout: "",
  error: undefined,
  truncated: false,
  ...given,
});
const script = "Script completed\nWall time 0.2 seconds\nOutput:\n";
const failed = "Script failed\nWall time 0.0 seconds\nOutput:\n";
const command = (how: string) =>
  `Chunk ID: e8594d\nWall time: 0.0000 seconds\n${how}\nOriginal token count: 2\nOutput:\n`;

// The texts are those of Codex 0.169.
test.each<[name: string, parts: string[], expected: Partial<Outcome>]>([
  [
    "script, command good",
    [script, '{"exitCode":0,"stdout":"a.txt\\n"}'],
    { ok: true, exitCode: 0, stdout: "a.txt\n" },
  ],
  ["script, command bad", [script, '{"exitCode":3,"stdout":"no"}'], { exitCode: 3, stdout: "no" }],
  [
    "script cut by Codex",
    [script, 'Warning: truncated output\n\n{"exitCode":0,"stdout":"1\\n2…'],
    { ok: true, exitCode: 0, stdout: 'Warning: truncated output\n\n{"exitCode":0,"stdout":"1\\n2…', truncated: true },
  ],
  [
    "command cut by Codex",
    [script, '{"exitCode":0,"stdout":"Warning: truncated output (original token count: 9)\\n1"}'],
    { ok: true, exitCode: 0, stdout: "Warning: truncated output (original token count: 9)\n1", truncated: true },
  ],
  ["script of somebody else", [script, "[1,2]"], { ok: true, stdout: "[1,2]" }],
  [
    "patch rejected",
    [failed, "Script error:\npatch rejected: writing is blocked by read-only sandbox"],
    { error: "patch rejected: writing is blocked by read-only sandbox" },
  ],
  ["classic command", [`${command("Process exited with code 4")}a.txt\n`], { exitCode: 4, stdout: "a.txt\n" }],
  [
    "output that speaks of exit codes",
    [`${command("Process exited with code 0")}Process exited with code 9\n`],
    { ok: true, exitCode: 0, stdout: "Process exited with code 9\n" },
  ],
  [
    "classic patch",
    ["Exit code: 0\nWall time: 0.1 seconds\nOutput:\nSuccess. Updated the following files:\nM a.txt\n"],
    { ok: true, exitCode: 0, stdout: "Success. Updated the following files:\nM a.txt\n" },
  ],
  [
    "classic patch refused",
    ["apply_patch verification failed: Failed to find expected lines"],
    { error: "apply_patch verification failed: Failed to find expected lines" },
  ],
  ["plan", ["Plan updated"], { ok: true, stdout: "Plan updated" }],
  ["no such tool", ["unsupported call: update_plan"], { error: "unsupported call: update_plan" }],
])("%s", (_name, parts, expected) => {
  expect(readOutcome(parts)).toEqual({ outcome: outcome(expected), running: undefined });
});

test("a command and a cell that go on", () => {
  expect(readOutcome([`${command("Process running with session ID 34357")}so far`])).toMatchObject({
    running: { kind: "session", id: "34357" },
    outcome: { stdout: "so far" },
  });
  expect(readOutcome(["Script running with cell ID 4\nWall time 1.0 seconds\nOutput:\n"]).running).toEqual({
    kind: "cell",
    id: "4",
  });
});
