import { expect, test } from "vitest";
import { runCommand } from "./run-command.ts";

test("answers what was printed, and gives what is read", async () => {
  expect(await runCommand("tr", ["a-z", "A-Z"], { input: "text" })).toBe("TEXT");
});

test("fails with the command and its words, and without what it was given", async () => {
  const failing = runCommand("sh", ["-c", "cat >/dev/null; echo refused >&2; exit 4"], { input: "a secret" });
  const message = await failing.catch((error: Error) => error.message);
  expect(message).toBe("sh -c cat >/dev/null; echo refused >&2; exit 4 failed (status 4): refused");
});

test("fails when it takes too long", async () => {
  await expect(runCommand("sleep", ["60"], { timeoutMs: 100 })).rejects.toThrow("sleep 60 took longer than 0.1 s");
});

test("ends when it is stopped", async () => {
  const stopped = new AbortController();
  const running = runCommand("sleep", ["60"], { signal: stopped.signal });
  stopped.abort(new Error("stopped by SIGINT"));
  await expect(running).rejects.toThrow("stopped by SIGINT");
});

test("a command that does not read does no harm", async () => {
  expect(await runCommand("true", [], { input: "x".repeat(1_000_000) })).toBe("");
});
