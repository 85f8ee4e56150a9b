import type { Outcome } from "../outcome.ts";
import { exec, type Move } from "../script.ts";
import type { Project } from "./job.ts";
import { failure } from "./survey.ts";

export interface TestRun {
  readonly command: string;
  readonly passed: boolean;
  /** A sentence for the pull request. */
  readonly summary: string;
}

/** How this project is tested, or undefined if nothing says so. */
export function testCommand(project: Project): string | undefined {
  const script = /"test":\s*"((?:[^"\\]|\\.)*)"/.exec(project.texts.get("package.json") ?? "")?.[1];
  if (script !== undefined && !script.includes("no test specified")) return "npm test";
  return project.paths.some((path) => /\.test\.[cm]?js$/.test(path)) ? "node --test" : undefined;
}

/** Runs the project's tests and reads what they say. */
export function* runTests(project: Project): Generator<Move, TestRun | undefined, Outcome> {
  const command = testCommand(project);
  if (command === undefined) return undefined;
  const first = yield exec(command);
  // A login shell may not know the folders where node is; the shell that Codex was started from may.
  const run = first.exitCode === 127 ? yield exec(command, { login: false }) : first;
  if (run.exitCode === undefined)
    return { command, passed: false, summary: `\`${command}\` could not be run: ${failure(run)}` };
  const count = (what: string) => new RegExp(`^(?:#|ℹ) ${what} (\\d+)$`, "m").exec(run.stdout)?.[1];
  const [passed, failed] = [count("pass"), count("fail")];
  const counts = passed === undefined ? "" : ` (${passed} passed, ${failed ?? 0} failed)`;
  if (run.ok) return { command, passed: true, summary: `\`${command}\` passes${counts}.` };
  return {
    command,
    passed: false,
    summary: `\`${command}\` FAILS with exit code ${run.exitCode}${counts}.${failedNames(run.stdout)}`,
  };
}

function failedNames(stdout: string): string {
  const names = [...stdout.matchAll(/^(?:not ok \d+ - |✖ )(.+?)(?: \([\d.]+ms\))?$/gm)].map((match) =>
    (match[1] ?? "").replace(/^\/.*\//, ""),
  );
  const distinct = [...new Set(names)].filter((name) => !/^failing tests/.test(name)).slice(0, 5);
  return distinct.length === 0 ? "" : ` Failing: ${distinct.join("; ")}.`;
}
