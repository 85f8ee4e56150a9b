import { spawnSync } from "node:child_process";
import { describe } from "vitest";

/** A program that a suite needs and that is not a package of ours, or something that it must be able to do. */
export interface Tool {
  name: string;
  /** Called with `arguments` to see whether it is there; it must end with 0. */
  command: string;
  arguments: readonly string[];
  /** The line that installs it, or what else to do. */
  install: string;
}

/** The first tool that is not there, as what to do about it; undefined when all are. */
export function missingTool(tools: readonly Tool[]): string | undefined {
  for (const { name, command, arguments: args, install } of tools)
    if (spawnSync(command, args, { stdio: "ignore" }).status !== 0) return `${name} is missing: ${install}`;
  return undefined;
}

/**
 * `describe` for a suite that needs tools. Where one is missing the suite is left out under a name that says how to
 * install it, which `npm test` repeats at its end. With `CI=true` nothing is left out: it runs, and fails.
 */
export function describeWith(tools: readonly Tool[], name: string, suite: () => void): void {
  const missing = process.env["CI"] === "true" ? undefined : missingTool(tools);
  if (missing === undefined) describe(name, suite);
  else describe.skip(`${name} [not run: ${missing}]`, suite);
}
