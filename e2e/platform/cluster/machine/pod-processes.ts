import { globSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";

/** The pods' control groups: in the unified hierarchy, or in one for each controller. */
const tops = () => globSync(["/sys/fs/cgroup/kubepods", "/sys/fs/cgroup/*/kubepods"]);

const foldersOf = (top: string) => [
  ...new Set([top, ...globSync(`${top}/**/`).map((path) => path.replace(/\/$/, ""))]),
];

/**
 * Ends every process of a pod, whether or not containerd knows it, and removes the pods' control groups.
 * @throws Error when some are still there after `ms`
 */
export async function endPodProcesses(ms = 20_000): Promise<void> {
  for (const end = performance.now() + ms; ; await wait(50)) {
    const running = podProcesses();
    for (const pid of running) kill(pid);
    if (running.length === 0 && removeGroups()) return;
    if (performance.now() > end) throw new Error(`processes of pods outlive SIGKILL: ${podProcesses().join(", ")}`);
  }
}

function podProcesses(): number[] {
  const lists = tops().flatMap((top) => foldersOf(top).map((folder) => join(folder, "cgroup.procs")));
  return [...new Set(lists.flatMap((list) => read(list).split("\n").filter(Boolean).map(Number)))];
}

/** Whether all of them could be removed: one whose last process is just ending is still in use. */
function removeGroups(): boolean {
  for (const folder of tops()
    .flatMap(foldersOf)
    .sort((a, b) => b.length - a.length)) {
    try {
      rmdirSync(folder);
    } catch (error) {
      if (codeOf(error) === "EBUSY") return false;
      if (codeOf(error) !== "ENOENT") throw error;
    }
  }
  return true;
}

/**
 * Ends every process that has a path in its arguments, alone or after `--name=`: those that hold containers for containerd are
 * known by its socket alone, and the cluster's own by their configuration, should their record be lost.
 */
export function endProcessesWith(path: string): void {
  for (const file of globSync("/proc/[0-9]*/cmdline"))
    if (
      read(file)
        .split("\0")
        .some((word) => hasPath(word, path))
    )
      kill(Number(file.split("/")[2]));
}

/** Whether an argument is this path or one beneath it. */
export function hasPath(word: string, path: string): boolean {
  const value = word.replace(/^--?[a-z-]+=/, "");
  return value === path || value.startsWith(`${path}/`);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (codeOf(error) !== "ESRCH") throw error;
  }
}

/** Empty when it is gone by now. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "ENODEV"].includes(codeOf(error) ?? "")) return "";
    throw error;
  }
}

const codeOf = (error: unknown) => (error instanceof Error && "code" in error ? String(error.code) : undefined);
