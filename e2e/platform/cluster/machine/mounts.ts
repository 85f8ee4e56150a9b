import { readFileSync } from "node:fs";
import { runCommand } from "../run-command.ts";

/** Where something is mounted beneath a folder, the deepest and latest first. @see proc_pid_mountinfo(5) */
export function mountsBeneath(folder: string, mountInfo: string): string[] {
  return mountInfo
    .split("\n")
    .map((line) =>
      (line.split(" ")[4] ?? "").replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(parseInt(code, 8))),
    )
    .filter((path) => path.startsWith(`${folder}/`))
    .reverse();
}

/** Unmounts everything beneath a folder, also what is still in use: its files go when the last one that has them open ends. */
export async function unmountBeneath(folder: string): Promise<void> {
  const paths = mountsBeneath(folder, readFileSync("/proc/self/mountinfo", "utf8"));
  for (const path of paths) await runCommand("umount", ["--lazy", path]);
}
