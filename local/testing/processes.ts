import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/** For tests: the processes of one pipeline, found by its data folder, which stands in arguments or environment. */
export const kinds = ["launcher", "mediator", "agent", "codex", "report"] as const;
export type Kind = (typeof kinds)[number];

export interface Found {
  pid: number;
  kind: Kind;
  /** Its whole command line. */
  command: string;
}

/** Every living process that belongs to the pipeline with this data folder. */
export function findProcesses(data: string): Found[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const all = pids.flatMap((name) => {
    const command = read(name, "cmdline").split("\0");
    return command[0]
      ? [{ pid: Number(name), parent: parentOf(name), command, environment: read(name, "environ") }]
      : [];
  });
  const ours = new Set(
    all
      .filter(({ command, environment }) => command.join(" ").includes(data) || environment.includes(data))
      .map(({ pid }) => pid),
  );
  // Inside the agent's bubble nothing names the folder: whatever descends from a process of ours is ours.
  for (let before = -1; before !== ours.size; ) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  return all.flatMap(({ pid, command }) => {
    const kind = ours.has(pid) ? kindOf(command) : undefined;
    return kind ? [{ pid, kind, command: command.join(" ") }] : [];
  });
}

function kindOf(command: readonly string[]): Kind | undefined {
  const words = command.map((word) => word.split("/").slice(-2).join("/"));
  if (words.includes("local/main.ts") && command.includes("run")) return "launcher";
  if (words.includes("runner/main.ts"))
    return (["mediator", "agent", "report"] as const).find((kind) => command.includes(kind));
  return words[0]?.endsWith("/codex") && command.includes("exec") ? "codex" : undefined;
}

function read(pid: string, file: "cmdline" | "environ"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    // It ended between the listing and the look, which is what an empty answer means here.
    return "";
  }
}

function parentOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return 0;
  }
}
