import { readdirSync, readFileSync } from "node:fs";

/** The runner's own processes whose memory is watched. */
export const watched = ["mediator", "agent", "report"] as const;
export type Watched = (typeof watched)[number];

/** Highest resident memory of each so far, in bytes; 0 for one that was not seen. */
export type Peaks = Record<Watched, number>;

export interface PeakMemory {
  readonly peaks: Peaks;
  stop(): void;
}

/**
 * Looks at every process of the machine again and again, and keeps the highest peak (`VmHWM`) of those that run the
 * runner's program; what git and Codex use, processes of their own, is not in it.
 */
export function watchPeakMemory(program: string, everyMs = 20): PeakMemory {
  const peaks: Peaks = { mediator: 0, agent: 0, report: 0 };
  const timer = setInterval(() => {
    for (const pid of readdirSync("/proc")) {
      const kind = /^\d+$/.test(pid) ? kindOf(read(pid, "cmdline"), program) : undefined;
      if (kind) peaks[kind] = Math.max(peaks[kind], peakBytes(read(pid, "status")));
    }
  }, everyMs);
  return { peaks, stop: () => clearInterval(timer) };
}

/** Which of the runner's processes a command line is: Node.js, the program, its command; Node.js may have options of its own. */
export function kindOf(commandLine: string, program: string): Watched | undefined {
  const [node = "", file = "", command] = commandLine.split("\0").filter((word) => !word.startsWith("--max-"));
  if (!node.endsWith("/node") || !file.endsWith(program)) return undefined;
  return watched.find((kind) => kind === command);
}

/** Highest resident memory in the text of `/proc/<pid>/status`; 0 for a process that is just ending. */
export function peakBytes(status: string): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

function read(pid: string, file: "cmdline" | "status"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // It ended between the listing and the look.
    return "";
  }
}
