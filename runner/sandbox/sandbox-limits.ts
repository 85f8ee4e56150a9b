/** What everything in the bubble together may use. Its pod's limits do this in the cluster. */
export interface SandboxLimits {
  /** Processes and threads. */
  processes: number;
  memoryMiB: number;
  /** Working copy, temporary files and Codex's own. */
  diskMiB: number;
}

/** What it uses at a moment. */
export interface SandboxUse {
  processes: number;
  memoryMiB: number;
  diskMiB: number;
}

/** Which limit is passed, in words, with the setting that raises it; undefined when none is. Pure. */
export function passedLimit(use: Partial<SandboxUse>, limits: SandboxLimits): string | undefined {
  const { processes = 0, memoryMiB = 0, diskMiB = 0 } = use;
  if (processes > limits.processes)
    return `${processes} processes and threads, more than ${limits.processes} (CODEX_MAX_PROCESSES)`;
  if (memoryMiB === Number.POSITIVE_INFINITY) return "more open files than can be looked through for memory";
  if (memoryMiB > limits.memoryMiB)
    return `${Math.ceil(memoryMiB)} MiB of memory, more than ${limits.memoryMiB} (CODEX_MEMORY_MIB)`;
  if (diskMiB === Number.POSITIVE_INFINITY) return "more files than can be counted (CODEX_DISK_MIB)";
  if (diskMiB > limits.diskMiB)
    return `${Math.ceil(diskMiB)} MiB on disk, more than ${limits.diskMiB} (CODEX_DISK_MIB)`;
  return undefined;
}
