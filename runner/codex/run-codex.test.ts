import { spawn } from "node:child_process";
import { EventEmitter } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type CodexRun, runCodex, type SpawnCodex } from "./run-codex.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "run-codex-"));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

function runOf(changes: Partial<CodexRun> = {}): CodexRun {
  return {
    program: "/bin/sh",
    args: [],
    env: { PATH: "/usr/bin:/bin" },
    workspace: folder,
    prompt: "do it",
    answerFile: join(folder, "answer"),
    deadlineMs: 60_000,
    idleMs: 60_000,
    killGraceMs: 50,
    signal: new AbortController().signal,
    onState: () => {},
    ...changes,
  };
}

/** A shell script in Codex's place: a real process with real signals. */
const script = (text: string) => ({ program: "/bin/sh", args: ["-c", text] });
const completed = `echo '{"type":"turn.completed","usage":{"input_tokens":1,"output_tokens":1}}'`;
const realSpawn = spawn as SpawnCodex;

describe("runCodex", () => {
  test("gives the prompt on stdin, closes it, and reads the answer", async () => {
    const states: string[] = [];
    const end = await runCodex(
      runOf({
        ...script(`cat > answer; echo '{"type":"turn.started"}'; echo note >&2; ${completed}`),
        onState: ({ activity }) => states.push(activity),
      }),
      realSpawn,
    );
    expect(end).toMatchObject({ answer: "do it", stderrTail: "note\n", usage: { input_tokens: 1 } });
    expect(states).toEqual(["thinking", "thinking"]);
  });

  test("a large prompt that is never read is no error of its own", async () => {
    const end = await runCodex(runOf({ ...script("exit 2"), prompt: "x".repeat(1_000_000) }), realSpawn);
    expect(end).toMatchObject({ code: "agent-failed", detail: "codex ended with exit code 2: no reason given" });
  });

  test("a program that does not exist is a failed agent", async () => {
    const end = await runCodex(runOf({ program: join(folder, "none") }), realSpawn);
    expect(end).toMatchObject({ code: "agent-failed", detail: expect.stringContaining("could not be started") });
  });

  test("ends what the program left running in its group", async () => {
    const end = await runCodex(
      runOf(script(`sleep 600 >/dev/null 2>&1 & echo $! > pid; echo '{}' > answer; ${completed}`)),
      realSpawn,
    );
    expect(end).toMatchObject({ answer: "{}\n" });
    const pid = Number(readFileSync(join(folder, "pid"), "utf8"));
    await vi.waitFor(() => expect(stateOf(pid)).toMatch(/gone|Z/));
  });

  test("is not kept waiting by what has left the group and holds on to its output", async () => {
    const begun = performance.now();
    const ended: string[] = [];
    const left = "setsid sh -c 'echo $$ > pid; exec sleep 600' & while [ ! -s pid ]; do :; done";
    const end = await runCodex(
      runOf({ ...script(`${left}; echo '{}' > answer; ${completed}`), endOthers: () => ended.push("others") }),
      realSpawn,
    );
    process.kill(Number(readFileSync(join(folder, "pid"), "utf8")), "SIGKILL");
    expect(end).toMatchObject({ answer: "{}\n" });
    expect(ended).toEqual(["others"]);
    expect(performance.now() - begun).toBeLessThan(15_000);
  });

  test("gigabytes of output, a line without end and hostile lines cost no memory", async () => {
    const states: string[] = [];
    let most = 0;
    const before = process.memoryUsage().rss;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 5);
    const lines = [
      `printf '\\377\\000{]\\n'`,
      `echo '{"type":"item.completed","item":7}' 'null' '[]'`,
      "head -c 540000000 /dev/zero",
      "echo",
      `echo '{"type":"turn.started"}'`,
      "yes | head -c 20000000 >&2",
    ];
    const end = await runCodex(
      runOf({
        ...script(`${lines.join("; ")}; echo '{}' > answer; ${completed}`),
        onState: (state) => states.push(state.activity),
      }),
      realSpawn,
    );
    clearInterval(watch);
    expect(end).toMatchObject({ answer: "{}\n" });
    expect(states).toEqual(["thinking", "thinking"]);
    expect(end.stderrTail.length).toBeLessThanOrEqual(4_000);
    expect(most - before).toBeLessThan(300 * 1024 * 1024);
  });

  test.each([
    ["a pipe", "mkfifo answer"],
    ["a link", "ln -s /dev/zero answer"],
    ["a terabyte", "truncate -s 1T answer"],
  ])("an answer that is %s is none", async (_, make) => {
    const end = await runCodex(runOf(script(`${make}; ${completed}`)), realSpawn);
    expect(end).toMatchObject({ code: "agent-failed", detail: "codex ended without an answer" });
  });

  test("kills a program that ignores SIGTERM at its deadline", async () => {
    const end = await runCodex(
      runOf({ ...script("trap '' TERM; while :; do sleep 1; done"), deadlineMs: 100 }),
      realSpawn,
    );
    expect(end).toMatchObject({ code: "deadline-exceeded" });
  });

  test("rejects with the signal's reason, after the group has ended", async () => {
    const aborter = new AbortController();
    const running = runCodex(
      runOf({
        ...script('echo \'{"type":"turn.started"}\'; sleep 600'),
        signal: aborter.signal,
        onState: () => aborter.abort(new Error("stop")),
      }),
      realSpawn,
    );
    await expect(running).rejects.toThrow("stop");
  });

  /** Runs a process that does nothing by itself, under fake timers. */
  async function runSilent(changes: Partial<CodexRun> = {}) {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const child = Object.assign(new EventEmitter(), {
      ...{ stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough(), pid: undefined },
    });
    const spawnChild = (() => child) as unknown as SpawnCodex;
    const started = Promise.withResolvers<() => void>();
    const end = runCodex(runOf({ idleMs: 1_000, onSignOfLife: started.resolve, ...changes }), spawnChild);
    return { child, end, touch: await started.promise };
  }

  test("stops a silent program", async () => {
    const { child, end } = await runSilent();
    vi.advanceTimersByTime(1_000);
    child.emit("close", 143);
    expect(await end).toMatchObject({ code: "idle" });
  });

  test("trying again is no sign of life", async () => {
    const seen = Promise.withResolvers<unknown>();
    const { child, end } = await runSilent({ onState: seen.resolve });
    vi.advanceTimersByTime(900);
    child.stdout.write('{"type":"error","message":"Reconnecting... 1/5"}\n');
    await seen.promise;
    vi.advanceTimersByTime(100);
    child.emit("close", 143);
    expect(await end).toMatchObject({ code: "idle" });
  });

  test("events and other signs of life keep a program going", async () => {
    const seen = Promise.withResolvers<unknown>();
    const { child, end, touch } = await runSilent({ onState: seen.resolve });
    vi.advanceTimersByTime(900);
    touch();
    vi.advanceTimersByTime(900);
    child.stdout.write('{"type":"turn.started"}\n');
    await seen.promise;
    vi.advanceTimersByTime(900);
    child.emit("close", 0);
    expect(await end).toMatchObject({ code: "agent-failed" });
  });

  test("a stale answer of an earlier run is never there: the file must not exist before", async () => {
    writeFileSync(join(folder, "answer"), "old");
    await expect(runCodex(runOf(script(completed)), realSpawn)).rejects.toThrow("answer file");
  });
});

function stateOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[2] ?? "";
  } catch {
    return "gone";
  }
}
