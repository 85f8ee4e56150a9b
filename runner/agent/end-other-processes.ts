/**
 * Refuses to go on where processes of others might be ended: in a bubble or a container this program is the first process,
 * or a child of the first, which nobody in there can signal.
 * @throws Error with what to do
 */
export function assertAlone({ pid, ppid }: Pick<NodeJS.Process, "pid" | "ppid"> = process): void {
  if (pid !== 1 && ppid !== 1)
    throw new Error("--alone is for a PID namespace of its own (bubble, container): leave it out here");
}

/**
 * Ends, at once, every process that this one may signal besides itself and the first of its PID namespace. What commands
 * left behind, in whatever group or session, can then neither change the files that are read next nor use up the processes
 * that are needed for it. The kernel lets no fork slip through.
 */
export function endOtherProcesses(): void {
  try {
    process.kill(-1, "SIGKILL");
  } catch (error) {
    // There is no other.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
