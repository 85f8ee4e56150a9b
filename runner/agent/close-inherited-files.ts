import { closeSync, readdirSync, readFileSync } from "node:fs";

/** O_CLOEXEC of Linux, as /proc shows it: an open file without it is passed on to every program that is started. */
const closeOnExec = 0o2000000;

/**
 * Closes what this process inherited besides its three standard streams (a shell's or a supervisor's pipes): bubblewrap
 * passes open files on, and so would Codex to the model's commands. Node.js marks its own files, and inherited ones with
 * low numbers, close-on-exec; the others are closed here.
 */
export function closeInheritedFiles(): void {
  for (const name of readdirSync("/proc/self/fd")) {
    const descriptor = Number(name);
    if (descriptor > 2 && isInherited(descriptor)) closeSync(descriptor);
  }
}

function isInherited(descriptor: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "utf8"))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & closeOnExec) === 0;
  } catch (error) {
    // The listing's own descriptor is closed by now.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}
