import { spawnSync } from "node:child_process";

/** A program that a suite needs and that is not a package of ours, or something that it must be able to do. */
export interface Tool {
  /** @default its command */
  name?: string;
  /** Called with `arguments` to see whether it is there; it must end with 0. */
  command: string;
  arguments: readonly string[];
  /** The line that installs it, or what else to do. */
  install: string;
}

/** The first tool that is not there, as what to do about it; undefined when all are. */
export function missingTool(tools: readonly Tool[]): string | undefined {
  for (const { name, command, arguments: args, install } of tools)
    if (spawnSync(command, args, { stdio: "ignore" }).status !== 0) return `${name ?? command} is missing: ${install}`;
  return undefined;
}
