import { readdirSync, readFileSync } from "node:fs";
import { readdir, readFile, readlink, stat } from "node:fs/promises";

/** Open files of all threads that one measurement looks at: who has more of them wants to wear us out. */
const mostDescriptors = 100_000;

/** One process as `/proc/<pid>/status` tells it. */
interface ProcessStatus {
  pid: number;
  parent: number;
  threads: number;
  /** Memory that no file on disk holds: its own and shared, swapped out included; what forks share is in each. KiB. */
  memoryKiB: number;
  /** Of that, what the kernel keeps to find the rest: much of it for a process that has much mapped and little in use. */
  pageTablesKiB: number;
  /** The thread that shows the memory: the first, or another where the first has ended and the process lives on. */
  thread: string;
}

export interface TreeUse {
  /** Processes and threads below the root. */
  processes: number;
  /** Infinite when they have more files open than can be looked at. */
  memoryMiB: number;
}

/**
 * What the processes below `root` use. Below bubblewrap nothing gets away: who loses its parent is given to the bubble's
 * first process. Memory is added up roughly; when that is more than `exactFromMiB`, by what each really has to itself (its
 * share of pages that forks have in common), which is slow. Files in memory that no process has mapped are looked for only
 * when the whole machine has that much more of them than `sharedMiB`.
 */
export async function measureTree(root: number, exactFromMiB: number, sharedMiB: number): Promise<TreeUse> {
  const all = (
    await Promise.all((await readdir("/proc")).filter((name) => /^[0-9]+$/.test(name)).map(readStatus))
  ).filter((each) => each !== undefined);
  const tree = below(root, all);
  const rough = sum(tree.map(({ memoryKiB }) => memoryKiB));
  const hidden = (await sharedMemory()) - sharedMiB > exactFromMiB / 2;
  const exact = hidden || rough > exactFromMiB * 1024;
  return {
    processes: sum(tree.map(({ threads }) => threads)),
    memoryMiB: (exact ? await exactMemory(tree) : rough) / 1024,
  };
}

/** Memory of the whole machine that is shared or in files without a disk. MiB. */
export async function sharedMemory(): Promise<number> {
  return field(await readFile("/proc/meminfo", "latin1"), "Shmem") / 1024;
}

/** Memory that the whole machine could still give to programs. MiB. */
export async function availableMemory(): Promise<number> {
  return field(await readFile("/proc/meminfo", "latin1"), "MemAvailable") / 1024;
}

/** KiB. */
async function exactMemory(tree: readonly ProcessStatus[]): Promise<number> {
  const shares = await Promise.all(tree.map(readShare));
  const files = await memoryFiles(tree);
  if (files === undefined) return Number.POSITIVE_INFINITY;
  return (
    sum(shares.map(({ own }) => own)) + Math.max(sum(shares.map(({ shared }) => shared)), sum([...files.values()]))
  );
}

/** Processes and threads of the whole machine, or of the container that hides the others. */
export function machineThreads(): number {
  return Number(/\/(\d+) /.exec(readFileSync("/proc/loadavg", "latin1"))?.[1]);
}

/** Processes and threads below `root`, counted without giving anybody else a turn in between. */
export function countTree(root: number): number {
  const all = readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    const status = Number.isInteger(pid) ? readStat(pid) : undefined;
    return status ?? [];
  });
  return sum(below(root, all).map(({ threads }) => threads));
}

function readStat(pid: number): { pid: number; parent: number; threads: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The program's name, in parentheses, may hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid, parent: Number(fields[1]), threads: Number(fields[17]) };
  } catch {
    // It ended between the listing and the look.
    return undefined;
  }
}

/** All processes below one, by their parents. Pure. */
export function below<P extends Pick<ProcessStatus, "pid" | "parent">>(root: number, all: readonly P[]): P[] {
  const children = Map.groupBy(all, ({ parent }) => parent);
  const found = children.get(root)?.slice() ?? [];
  for (const each of found) found.push(...(children.get(each.pid) ?? []));
  return found;
}

async function readStatus(pid: string): Promise<ProcessStatus | undefined> {
  const text = await lookAt(readFile(`/proc/${pid}/status`, "latin1"));
  if (text === undefined) return undefined;
  const threads = field(text, "Threads");
  const shown = /^State:\s*Z/m.test(text) && threads > 1 ? await livingThread(pid) : { thread: pid, text };
  const pageTablesKiB = field(shown.text, "VmPTE");
  const memoryKiB = sum(["RssAnon", "RssShmem", "VmSwap"].map((name) => field(shown.text, name))) + pageTablesKiB;
  return { pid: Number(pid), parent: field(text, "PPid"), threads, memoryKiB, pageTablesKiB, thread: shown.thread };
}

/** A thread that its process's first one has left behind, which shows no memory any more; a program may end it on purpose. */
async function livingThread(pid: string): Promise<{ thread: string; text: string }> {
  for (const thread of await threadsOf(pid)) {
    const text = (await lookAt(readFile(`/proc/${thread}/status`, "latin1"))) ?? "";
    if (text.includes("RssAnon:")) return { thread, text };
  }
  return { thread: pid, text: "" };
}

const threadsOf = async (pid: number | string) => (await lookAt(readdir(`/proc/${pid}/task`))) ?? [];

/** KiB. */
async function readShare({
  thread,
  memoryKiB,
  pageTablesKiB,
}: ProcessStatus): Promise<{ own: number; shared: number }> {
  const text = await lookAt(readFile(`/proc/${thread}/smaps_rollup`, "latin1"));
  if (!text) return { own: memoryKiB, shared: 0 };
  const own = field(text, "Pss_Anon") + field(text, "SwapPss") + pageTablesKiB;
  return { own, shared: field(text, "Pss_Shmem") };
}

/**
 * Files without a name (`memfd_create`) that processes have open, by identity, with their size in KiB. Each thread may have
 * opened files of its own, under the same numbers as another, so all are looked at: a few at a time, and only so many.
 */
async function memoryFiles(tree: readonly ProcessStatus[]): Promise<Map<string, number> | undefined> {
  const files = new Map<string, number>();
  let looked = 0;
  for (const { pid } of tree)
    for (const thread of await threadsOf(pid)) {
      const folder = `/proc/${thread}/fd`;
      const open = (await lookAt(readdir(folder))) ?? [];
      looked += open.length;
      if (looked > mostDescriptors) return undefined;
      for (let start = 0; start < open.length; start += 64) {
        const few = open.slice(start, start + 64).map((name) => memoryFile(`${folder}/${name}`));
        for (const file of await Promise.all(few)) if (file) files.set(file.identity, file.size);
      }
    }
  return files;
}

async function memoryFile(file: string): Promise<{ identity: string; size: number } | undefined> {
  // Whatever is wrong with a descriptor's path (too long a one, for instance), no file in memory has such a path.
  const path = await readlink(file).catch(() => "");
  const found = path.startsWith("/memfd:") ? await lookAt(stat(file)) : undefined;
  return found && { identity: `${found.dev}:${found.ino}`, size: found.blocks / 2 };
}

/** Undefined for a process that has ended, or that is not ours to look at. */
async function lookAt<T>(look: Promise<T>): Promise<T | undefined> {
  try {
    return await look;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(code)) return undefined;
    throw error;
  }
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, "m").exec(text)?.[1] ?? 0);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
