import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod";
import { killNow, processStat } from "./process-control.ts";

/** A process, told apart from a later one with the same id by when it was started. */
const processMark = z.object({ pid: z.int().positive(), startedAt: z.string() });
type ProcessMark = z.infer<typeof processMark>;

/** Who works on a run: the process of `runTask`, and its children. */
const holderSchema = z.object({ holder: processMark, children: z.array(processMark) });

export interface StateFolder {
  path: string;
  /** Remembers a child, so that a successor can wait for its end. */
  remember(pid: number): Promise<void>;
  /** Forgets holder and children, once all of them have ended. */
  release(): Promise<void>;
}

/** Folders of runs that are under way in this very process. */
const taken = new Set<string>();

/**
 * Takes the private folder of a run. A predecessor that was killed leaves children that end by themselves within moments
 * (their input closes, or their parent's death kills them); they are waited for, and killed when they do not.
 * @throws Error when another living process works on this run.
 */
export async function takeStateFolder(path: string, signal: AbortSignal, patienceMs = 30_000): Promise<StateFolder> {
  if (taken.has(path)) throw new Error(`run folder ${path} is in use by this process; wait for that run's end`);
  await mkdir(path, { recursive: true, mode: 0o700 });
  const file = join(path, "processes.json");
  const before = await readHolder(file);
  if (before) {
    if (before.holder.pid !== process.pid && isAlive(before.holder))
      throw new Error(`run folder ${path} is in use by process ${before.holder.pid}; end that one first`);
    for (const child of before.children) await awaitEnd(child, signal, patienceMs);
  }
  const holder = markOf(process.pid);
  if (!holder) throw new Error("this system has no /proc; the runner's processes need Linux");
  const children: ProcessMark[] = [];
  const writeNow = async () => {
    await writeFile(`${file}.new`, JSON.stringify({ holder, children }), { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  };
  // One after the other: children may begin at the same time, and the file is the same.
  let written = Promise.resolve();
  const write = () => {
    written = written.then(writeNow, writeNow);
    return written;
  };
  await write();
  taken.add(path);
  return {
    path,
    async remember(pid) {
      const child = markOf(pid);
      if (!child) return;
      children.push(child);
      await write();
    },
    async release() {
      try {
        await written.catch(() => {});
        await rm(file, { force: true });
      } finally {
        taken.delete(path);
      }
    },
  };
}

async function readHolder(file: string): Promise<z.infer<typeof holderSchema> | undefined> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new Error(`file ${file} cannot be read; remove it when no run is under way`, { cause: error });
  }
}

/** Undefined when there is no such process, or only its remains that nobody has collected yet. */
function markOf(pid: number): ProcessMark | undefined {
  const stat = processStat(pid);
  // Where the first thread has ended before the others, they still hold its files.
  const hasEnded = stat?.state === "Z" && stat.threads <= 1;
  return stat === undefined || hasEnded ? undefined : { pid, startedAt: stat.startedAt };
}

function isAlive(mark: ProcessMark): boolean {
  return markOf(mark.pid)?.startedAt === mark.startedAt;
}

async function awaitEnd(mark: ProcessMark, signal: AbortSignal, patienceMs: number): Promise<void> {
  const until = Date.now() + patienceMs;
  while (isAlive(mark)) {
    if (Date.now() > until) killNow(mark.pid);
    await sleep(50, undefined, { signal });
  }
}
