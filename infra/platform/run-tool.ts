import { spawnSync } from "node:child_process";

export interface ToolRun {
  status: number | null;
  /** What it printed, standard error last. */
  output: string;
}

/** Runs a program to its end; what it says is for people. */
export function runTool(program: string, args: readonly string[], cwd: string): ToolRun {
  const ran = spawnSync(program, args, { cwd, encoding: "utf8", maxBuffer: 2 ** 26 });
  if (ran.error) throw new Error(`${program} could not be started: ${ran.error.message}`);
  return { status: ran.status, output: `${ran.stdout}${ran.stderr}` };
}

/** Runs a program that takes one JSON document and answers with one. */
export function askTool<Answer>(program: string, question: unknown): Answer {
  const ran = spawnSync(program, { input: JSON.stringify(question), encoding: "utf8", maxBuffer: 2 ** 26 });
  if (ran.error) throw new Error(`${program} could not be started: ${ran.error.message}`);
  if (ran.status !== 0) throw new Error(`${program} ended with status ${ran.status}: ${ran.stderr.trim()}`);
  return JSON.parse(ran.stdout);
}
