import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";

/** A process as this machine shows it to its own user. */
export interface MachineProcess {
  pid: number;
  parent: number;
  command: string;
  environment: string;
}

/** Every living process but this one. Those that end while they are looked at are left out. */
export function listProcesses(): MachineProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        const [state, parent] = fields;
        // It lives as long as any of its threads, of which the 20th field tells the number.
        if (state === "Z" && Number(fields[17]) <= 1) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        const environment = readFileSync(`/proc/${name}/environ`, "utf8").replaceAll("\0", "\n");
        return [{ pid: Number(name), parent: Number(parent), command, environment }];
      } catch {
        // It ended meanwhile, or is the kernel's own.
        return [];
      }
    });
}

/** Processes that descend from this one. */
export function descendants(pid: number, all = listProcesses()): MachineProcess[] {
  const found = new Set([pid]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const each of all) if (found.has(each.parent)) found.add(each.pid);
  }
  found.delete(pid);
  return all.filter((each) => found.has(each.pid));
}

/** What a watched tree of processes showed: command lines, and the bearers that its environments held. */
export interface Sightings {
  commands: Set<string>;
  bearers: Set<string>;
  stop(): void;
}

/** Looks at the descendants of a process again and again. Sampled: what lives shorter than a look may be missed. */
export function watchProcesses(pid: number, everyMs = 40): Sightings {
  const commands = new Set<string>();
  const bearers = new Set<string>();
  const timer = setInterval(() => {
    for (const { command, environment } of descendants(pid)) {
      commands.add(command);
      const bearer = /^RUN_BEARER=(.+)$/m.exec(environment)?.[1];
      if (bearer) bearers.add(bearer);
    }
  }, everyMs);
  return { commands, bearers, stop: () => clearInterval(timer) };
}

/** Abstract Unix sockets of this machine's network namespace that listen, by name. */
export function abstractSockets(): string[] {
  return readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .flatMap((line) => / 0[0-9a-f]+ +\d+ (@.*)$/i.exec(line)?.[1] ?? []);
}

/** Where a process's file descriptors lead. */
export function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((name) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${name}`);
    } catch {
      return "closed meanwhile";
    }
  });
}
