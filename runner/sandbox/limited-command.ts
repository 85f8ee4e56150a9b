import type { SandboxLimits } from "./sandbox-limits.ts";

/** Programs of the system that set limits; they are the same inside the bubble, which has the machine's /usr. */
export const limitingPrograms = ["/usr/bin/nice", "/usr/bin/choom", "/usr/bin/prlimit"] as const;
export type LimitingProgram = (typeof limitingPrograms)[number];

/** Hard limits of this process, which nobody but root may raise. Undefined: there is none. */
export interface HardLimits {
  processes?: number;
  files?: number;
}

/** Open files of one process; large builds need thousands. */
const openFiles = 16_384;

/**
 * A command with the limits that the kernel keeps by itself, set inside of the bubble: there the processes of its user
 * namespace alone are counted (Linux 5.14), not everything else that the user runs. A number beyond a hard limit would keep
 * the command from starting. For root outside the kernel counts no processes: the watch does. Pure.
 *
 * - fewer rights to the processor than the user's own programs, and the first to go when memory runs out
 * - processes and threads, open files, no core dumps, no file larger than the whole disk limit (sparse ones included)
 */
export function limitedCommand(
  command: readonly string[],
  limits: SandboxLimits,
  hard: HardLimits,
  programs: readonly LimitingProgram[],
): string[] {
  const within = (limit: number, hardLimit = Number.POSITIVE_INFINITY) => Math.min(limit, hardLimit);
  const calls: Record<LimitingProgram, string[]> = {
    "/usr/bin/nice": ["-n", "5"],
    "/usr/bin/choom": ["-n", "500", "--"],
    "/usr/bin/prlimit": [
      `--nproc=${within(limits.processes, hard.processes)}`,
      `--nofile=${within(openFiles, hard.files)}`,
      `--fsize=${limits.diskMiB * 1024 * 1024}`,
      "--core=0",
      "--",
    ],
  };
  return [...programs.flatMap((program) => [program, ...calls[program]]), ...command];
}

/** Reads `/proc/self/limits`. Pure. */
export function parseHardLimits(text: string): HardLimits {
  const hard = (name: string) => {
    const value = new RegExp(`^${name}\\s+\\S+\\s+(\\d+)\\s`, "m").exec(text)?.[1];
    return value === undefined ? undefined : Number(value);
  };
  const [processes, files] = [hard("Max processes"), hard("Max open files")];
  return { ...(processes !== undefined && { processes }), ...(files !== undefined && { files }) };
}
