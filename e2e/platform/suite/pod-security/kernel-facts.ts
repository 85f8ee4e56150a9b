import { readFileSync } from "node:fs";

/** What the kernel holds a process to. */
export interface KernelFacts {
  /** Real, effective, saved and of the file system; and the same of groups. */
  users: readonly number[];
  groups: readonly number[];
  /** Those that it, or anything that it starts, can ever have. */
  capabilities: bigint;
  /** Whether set-user bits of files are ignored. */
  noNewPrivileges: boolean;
  /** Whether a filter of system calls is on. */
  filtersCalls: boolean;
  /** Whether its root cannot be written to. */
  readOnlyRoot: boolean;
}

/** @see proc_pid_status(5), proc_pid_mountinfo(5) */
export function kernelFacts(process: number): KernelFacts {
  const status = readFileSync(`/proc/${process}/status`, "utf8");
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
  const numbers = (name: string) => field(name).split(/\s+/).map(Number);
  const mounts = readFileSync(`/proc/${process}/mountinfo`, "utf8").split("\n");
  // What is mounted last at a place is what is seen there.
  const root = mounts.map((line) => line.split(" ")).findLast((fields) => fields[4] === "/");
  const sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"];
  return {
    users: numbers("Uid"),
    groups: numbers("Gid"),
    capabilities: sets.map((set) => BigInt(`0x${field(set)}`)).reduce((all, set) => all | set, 0n),
    noNewPrivileges: field("NoNewPrivs") === "1",
    filtersCalls: field("Seccomp") === "2",
    readOnlyRoot: root?.[5]?.split(",").includes("ro") === true,
  };
}
