import { expect, test } from "vitest";
import { initialCodexState } from "./codex-events.ts";
import { type CodexExit, endOfCodex } from "./end-of-codex.ts";

const done = { ...initialCodexState, turnCompleted: true };
const base: CodexExit = { exitCode: 0, answer: "{}", state: done, stderrTail: "" };

test.each<[string, Partial<CodexExit>, unknown]>([
  ["an answer", {}, { answer: "{}" }],
  [
    "exit 0 without a message",
    { answer: undefined },
    { code: "agent-failed", detail: "codex ended without an answer" },
  ],
  ["exit 0 with an empty message", { answer: " \n" }, { code: "agent-failed" }],
  ["exit 0 without the end of the turn", { state: initialCodexState }, { code: "agent-failed" }],
  [
    "exit 0, every command failed in the sandbox",
    { state: { ...done, commands: 2, sandboxFailures: 2 } },
    { code: "sandbox-failed", detail: "2 of 2 commands failed in the sandbox" },
  ],
  ["some commands failed in the sandbox", { state: { ...done, commands: 3, sandboxFailures: 2 } }, { answer: "{}" }],
  [
    "bad flags",
    { exitCode: 2, stderrTail: "usage\nerror: no such flag\n" },
    { code: "agent-failed", detail: "codex ended with exit code 2: error: no such flag" },
  ],
  [
    "a failed turn tells the API's words, not its JSON",
    { exitCode: 1, state: { ...initialCodexState, error: '{"error":{"message":"Quota\\nexceeded"}}' } },
    { code: "agent-failed", detail: "codex ended with exit code 1: Quota exceeded" },
  ],
  ["SIGTERM by somebody else", { exitCode: null }, { code: "agent-lost" }],
  ["exit code 143", { exitCode: 143 }, { code: "agent-lost" }],
  ["the deadline", { exitCode: 143, stopped: "deadline-exceeded" }, { code: "deadline-exceeded" }],
  ["the idle limit", { exitCode: null, stopped: "idle" }, { code: "idle" }],
  [
    "a program that is not there",
    { exitCode: null, startError: new Error("spawn ENOENT") },
    { code: "agent-failed", detail: "codex could not be started: spawn ENOENT" },
  ],
])("%s", (_, exit, expected) => {
  expect(endOfCodex({ ...base, ...exit })).toMatchObject(expected as object);
});
