import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import { below, countTree, machineThreads, measureTree, sharedMemory } from "./process-tree.ts";

const status = (pid: number, parent: number) => ({ pid, parent, threads: 1, memoryKiB: 1, thread: String(pid) });

test("everything below a process is found, in whatever order it comes", () => {
  const all = [status(5, 4), status(4, 2), status(3, 2), status(2, 1), status(6, 1), status(1, 0)];
  expect(
    below(2, all)
      .map(({ pid }) => pid)
      .sort(),
  ).toEqual([3, 4, 5]);
  expect(below(9, all)).toEqual([]);
});

describe.skipIf(process.platform !== "linux")("with real processes", () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(() => Promise.all(ends.splice(0).map((end) => end())));

  /** A shell with these children; resolves when one of them says something. */
  async function start(script: string, env: Record<string, string> = {}) {
    const child = spawn("/bin/sh", ["-c", `${script} & sleep 1000 & wait`], {
      detached: true,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    // Until the last of them has let go of its files: the next test looks at the whole machine.
    const gone = once(child, "close");
    ends.push(() => {
      process.kill(-(child.pid ?? 0), "SIGKILL");
      return gone;
    });
    await once(child.stdout, "data");
    child.stdout.resume();
    return child.pid ?? 0;
  }

  test("processes and threads are counted, and their memory added up", async () => {
    const hold = "const held=Buffer.alloc(100<<20,1);console.log(held.length);setInterval(()=>{},9999)";
    const pid = await start(`'${process.execPath}' -e '${hold}'`);
    const use = await measureTree(pid, 1_000_000, await sharedMemory());
    expect(countTree(pid)).toBe(use.processes);
    expect(machineThreads()).toBeGreaterThan(use.processes);
    // Node.js has threads of its own.
    expect(use.processes).toBeGreaterThan(4);
    expect(use.processes).toBeLessThan(40);
    expect(use.memoryMiB).toBeGreaterThan(100);
    expect(use.memoryMiB).toBeLessThan(250);
  });

  test("what forks have in common counts once where it matters", async () => {
    // Each subshell is a fork of the shell that holds it.
    const fork =
      "held=$(head -c 50000000 /dev/zero | tr '\\0' x); for i in 1 2 3 4 5 6; do (sleep 1000; echo $held) & done; echo ready; wait";
    const pid = await start('bash -c "$FORK"', { FORK: fork });
    const shared = await sharedMemory();
    expect((await measureTree(pid, 1_000_000, shared)).memoryMiB).toBeGreaterThan(7 * 47);
    expect((await measureTree(pid, 100, shared)).memoryMiB).toBeLessThan(150);
  });

  test.skipIf(!existsSync("/usr/bin/python3"))(
    "a process whose first thread has ended is counted with the memory and the files of the others",
    async () => {
      const hide = [
        "import ctypes,os,threading,time",
        "libc=ctypes.CDLL(None)",
        "def work():",
        "  libc.unshare(0x400)", // CLONE_FILES: what it opens from here on is in no other thread's list
        "  held=bytearray(b'1')*(120<<20)",
        "  os.write(os.memfd_create('x'),b'1'*(100<<20))",
        "  time.sleep(0.3)", // the first thread has ended by then
        "  print('ready',flush=True)",
        "  time.sleep(1000)",
        "threading.Thread(target=work).start()",
        "libc.syscall({'x86_64':60,'aarch64':93}[os.uname().machine],0)", // exit, of this thread alone
      ].join("\n");
      const before = await sharedMemory();
      const pid = await start('python3 -c "$HIDE"', { HIDE: hide });
      const rough = await measureTree(pid, 1_000_000, before);
      expect(rough.memoryMiB).toBeGreaterThan(120);
      expect(rough.memoryMiB).toBeLessThan(200);
      expect((await measureTree(pid, 100, before)).memoryMiB).toBeGreaterThan(220);
    },
  );

  test.skipIf(!existsSync("/usr/bin/python3"))(
    "files in memory that nobody has mapped are found when the machine has more of them than before",
    async () => {
      const write = [
        "import os,time",
        "fd=os.memfd_create('x')",
        "os.write(fd,b'1'*(120<<20))",
        "print('ready',flush=True)",
        "time.sleep(1000)",
      ].join("\n");
      const before = await sharedMemory();
      const pid = await start(`python3 -c "${write}"`);
      expect((await measureTree(pid, 100, before)).memoryMiB).toBeGreaterThan(120);
      // As if all of it had been there before.
      expect((await measureTree(pid, 100, before + 120)).memoryMiB).toBeLessThan(50);
    },
  );

  // These look as if the machine had had no files in memory before: those of the last test may be on their way out.

  test.skipIf(!existsSync("/usr/bin/python3"))("a folder whose path is too long hides nothing", async () => {
    const hide = [
      "import os,shutil,sys,tempfile,time",
      "top=tempfile.mkdtemp()",
      "os.chdir(top)",
      "for _ in range(25): os.mkdir('d'*200); os.chdir('d'*200)",
      "deep=os.open('.',os.O_RDONLY)",
      "shutil.rmtree(top)",
      "os.write(os.memfd_create('x'),b'1'*(120<<20))",
      "print('ready',flush=True)",
      "time.sleep(1000)",
    ].join("\n");
    const pid = await start('python3 -c "$HIDE"', { HIDE: hide });
    expect((await measureTree(pid, 100, 0)).memoryMiB).toBeGreaterThan(120);
  });

  /** Threads with a list of open files of their own each; the last one has a file in memory under a number of the others. */
  const threads = (count: number, files: number) =>
    [
      "import ctypes,os,resource,threading,time",
      `resource.setrlimit(resource.RLIMIT_NOFILE,(${files + 100},${files + 100}))`,
      "libc=ctypes.CDLL(None)",
      `ready=threading.Barrier(${count})`,
      "def work(last):",
      "  libc.unshare(0x400)", // CLONE_FILES
      `  opened=[os.open('/dev/null',os.O_RDONLY) for _ in range(${files})]`,
      "  if last:",
      "    held=os.memfd_create('x')",
      "    os.write(held,b'1'*(120<<20))",
      "    os.dup2(held,opened[-1])",
      "    os.close(held)",
      "  ready.wait()",
      "  if last: print('ready',flush=True)",
      "  time.sleep(1000)",
      `for i in range(${count}): threading.Thread(target=work,args=(i==${count - 1},)).start()`,
    ].join("\n");

  test.skipIf(!existsSync("/usr/bin/python3"))(
    "a file in memory is found among the open files of many threads, with little memory of ours",
    async () => {
      const pid = await start('python3 -c "$HIDE"', { HIDE: threads(20, 200) });
      const own = process.memoryUsage().rss;
      expect((await measureTree(pid, 100, 0)).memoryMiB).toBeGreaterThan(120);
      expect(process.memoryUsage().rss - own).toBeLessThan(50 << 20);
    },
  );

  test.skipIf(!existsSync("/usr/bin/python3"))("more open files than can be looked at pass any limit", async () => {
    const pid = await start('python3 -c "$HIDE"', { HIDE: threads(60, 2_000) });
    expect((await measureTree(pid, 100, 0)).memoryMiB).toBe(Number.POSITIVE_INFINITY);
  });

  test.skipIf(!existsSync("/usr/bin/python3"))(
    "what the kernel keeps for mapped memory that is empty counts",
    async () => {
      const map = [
        "import mmap,time",
        "held=mmap.mmap(-1,40<<30,flags=mmap.MAP_PRIVATE|mmap.MAP_ANONYMOUS|0x4000,prot=mmap.PROT_READ)", // MAP_NORESERVE
        "held.madvise(15)", // MADV_NOHUGEPAGE
        "for place in range(0,40<<30,2<<20): held[place]",
        "print('ready',flush=True)",
        "time.sleep(1000)",
      ].join("\n");
      const pid = await start('python3 -c "$MAP"', { MAP: map });
      expect((await measureTree(pid, 1_000_000, await sharedMemory())).memoryMiB).toBeGreaterThan(80);
      expect((await measureTree(pid, 50, 0)).memoryMiB).toBeGreaterThan(80);
    },
  );
});
