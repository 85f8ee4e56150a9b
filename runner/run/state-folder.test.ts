import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { takeStateFolder } from "./state-folder.ts";

let folder = "";
const children: ChildProcess[] = [];
const signal = new AbortController().signal;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "state-")), "run");
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(join(folder, ".."), { recursive: true, force: true });
});

function start(): ChildProcess & { pid: number } {
  const child = spawn("sleep", ["600"], { stdio: "ignore" });
  children.push(child);
  return child as ChildProcess & { pid: number };
}

/** What a process that was killed would have left behind. */
async function leftBy(holder: ChildProcess & { pid: number }, child?: ChildProcess & { pid: number }): Promise<void> {
  const state = await takeStateFolder(folder, signal);
  await state.remember(holder.pid);
  if (child) await state.remember(child.pid);
  const file = join(folder, "processes.json");
  const { children: marks } = JSON.parse(readFileSync(file, "utf8"));
  await state.release();
  writeFileSync(file, JSON.stringify({ holder: marks[0], children: marks.slice(1) }));
}

describe("takeStateFolder", () => {
  test("is private, and belongs to one run at a time", async () => {
    const state = await takeStateFolder(folder, signal);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await expect(takeStateFolder(folder, signal)).rejects.toThrow("in use by this process");
    await state.release();
    await (await takeStateFolder(folder, signal)).release();
  });

  test("is refused while another process works on it", async () => {
    const holder = start();
    await leftBy(holder);
    await expect(takeStateFolder(folder, signal)).rejects.toThrow(`in use by process ${holder.pid}`);
  });

  test("waits for the children of a holder that was killed", async () => {
    const [holder, child] = [start(), start()];
    await leftBy(holder, child);
    holder.kill("SIGKILL");
    await once(holder, "exit");
    const taking = takeStateFolder(folder, signal);
    child.kill("SIGTERM");
    await (await taking).release();
    expect(child.signalCode).toBe("SIGTERM");
  });

  test("remembers children that begin at the same time, and none once it is released", async () => {
    const begun = [start(), start(), start()].map(({ pid }) => pid);
    const state = await takeStateFolder(folder, signal);
    await Promise.all(begun.map((pid) => state.remember(pid)));
    const file = join(folder, "processes.json");
    const { children: marks } = JSON.parse(readFileSync(file, "utf8"));
    expect(marks.map(({ pid }: { pid: number }) => pid)).toEqual(begun);
    const late = state.remember(begun[0] ?? 0);
    await state.release();
    await late;
    expect(existsSync(file)).toBe(false);
  });

  test("kills children that outlive the patience", async () => {
    const [holder, child] = [start(), start()];
    await leftBy(holder, child);
    holder.kill("SIGKILL");
    await once(holder, "exit");
    await (await takeStateFolder(folder, signal, 0)).release();
    await expect.poll(() => child.signalCode).toBe("SIGKILL");
  });

  test.skipIf(!existsSync("/usr/bin/python3"))("a child lives as long as any of its threads", async () => {
    const leave = "ctypes.CDLL(None).syscall({'x86_64':60,'aarch64':93}[os.uname().machine],0)";
    const stay = "threading.Thread(target=lambda: (print('ready',flush=True),time.sleep(600))).start()";
    const child = spawn("python3", ["-c", `import ctypes,os,threading,time; ${stay}; ${leave}`]);
    children.push(child);
    const holder = start();
    await once(child.stdout, "data");
    await leftBy(holder, child as ChildProcess & { pid: number });
    const state = () => readFileSync(`/proc/${child.pid}/stat`, "latin1").split(") ")[1]?.[0];
    await expect.poll(state).toBe("Z");
    holder.kill("SIGKILL");
    await once(holder, "exit");
    await (await takeStateFolder(folder, signal, 0)).release();
    await expect.poll(() => child.signalCode).toBe("SIGKILL");
  });

  test("a process id that was given to somebody else is left alone", async () => {
    const [holder, stranger] = [start(), start()];
    await leftBy(holder, stranger);
    holder.kill("SIGKILL");
    await once(holder, "exit");
    const file = join(folder, "processes.json");
    const left = JSON.parse(readFileSync(file, "utf8"));
    left.children[0].startedAt = "1";
    writeFileSync(file, JSON.stringify(left));
    await (await takeStateFolder(folder, signal, 0)).release();
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });

  test("fails on a file that it cannot read, with what to do", async () => {
    await (await takeStateFolder(folder, signal)).release();
    writeFileSync(join(folder, "processes.json"), "{");
    await expect(takeStateFolder(folder, signal)).rejects.toThrow("remove it when no run is under way");
  });
});
