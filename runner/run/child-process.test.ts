import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { startChild } from "./child-process.ts";

function start(script: string, env: Record<string, string> = { PATH: "/usr/bin:/bin" }) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const child = startChild({ name: "test", program: "/bin/sh", args: ["-c", script], env, cwd: tmpdir(), log });
  return { child, lines };
}

describe("startChild", () => {
  test("gives exactly the environment, and the first line back", async () => {
    const { child } = start("/usr/bin/env -u PWD -u SHLVL -u _ -u OLDPWD | sort | tr '\\n' ' '", { ONLY: "this" });
    expect((await child.firstLine).trim()).toBe("ONLY=this");
    expect(await child.ended).toEqual({ exitCode: 0, signal: null });
  });

  test("a process that ends without a line says so", async () => {
    const { child } = start("exit 3");
    await expect(child.firstLine).rejects.toThrow("test ended (exit code 3) without an answer");
  });

  test("a program that is not there ends at once", async () => {
    const lines: unknown[] = [];
    const log = pino({}, { write: (line: string) => lines.push(line) });
    const child = startChild({ name: "test", program: "/no/such", args: [], env: {}, cwd: tmpdir(), log });
    expect(await child.ended).toEqual({ exitCode: null, signal: null });
    expect(lines.join()).toContain("could not be started");
  });

  test("its standard input closes when it is stopped, and SIGKILL follows for one that does not care", async () => {
    const { child } = start("trap '' TERM; echo ready; while :; do sleep 1; done");
    await child.firstLine;
    expect(await child.stop(50)).toEqual({ exitCode: null, signal: "SIGKILL" });
    const obedient = start("echo ready; cat; echo gone").child;
    await obedient.firstLine;
    expect((await obedient.stop(5_000)).signal).toBe("SIGTERM");
  });

  test("ended with its tree, not even a child that keeps its output open outlives it", async () => {
    const { child } = start("trap '' TERM; sleep 600 & echo $!; wait");
    const grandchild = Number(await child.firstLine);
    expect(await child.endTree()).toEqual({ exitCode: null, signal: "SIGKILL" });
    const state = () =>
      readFile(`/proc/${grandchild}/stat`, "utf8").then(
        (stat) => stat.split(") ")[1]?.[0],
        () => "gone",
      );
    await expect.poll(state).toMatch(/^(?:Z|gone)$/);
    expect(await child.endTree()).toEqual({ exitCode: null, signal: "SIGKILL" });
  });

  test("its log lines keep their level; anything else is a warning", async () => {
    const { child, lines } = start(`echo '{"level":50,"msg":"bad","pid":1,"code":"x"}' >&2; echo 'Trace: boom' >&2`);
    await child.ended;
    expect(lines).toEqual([
      { level: 50, process: "test", code: "x", msg: "bad" },
      { level: 40, process: "test", msg: "Trace: boom" },
    ]);
  });
});
