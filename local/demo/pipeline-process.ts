import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";

/** The one-machine pipeline as a process of its own: what a user starts with `npm run local`. */
export interface PipelineProcess {
  readonly child: ChildProcess;
  /** Resolves when the pipeline says that it is at work; rejects when it ends before. */
  readonly ready: Promise<void>;
  /** What it has printed so far. */
  output(): string;
  /** Asks it to end, waits, and resolves with its exit code (null after a signal). */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface PipelineOptions {
  repository: string;
  data: string;
  /** The environment to take PATH, HOME and LANG from; nothing else of it is passed on. */
  inherited: Readonly<Record<string, string | undefined>>;
  env: Readonly<Record<string, string>>;
  arguments?: readonly string[];
  onLine?: (line: string) => void;
}

/** What a line says when the pipeline is at work; part of what people read, too. */
export const readyLine = "at work on";

/** Starts it with exactly the environment given, besides what any program needs. */
export function startPipeline(options: PipelineOptions): PipelineProcess {
  const main = join(import.meta.dirname, "..", "main.ts");
  const { PATH = "", HOME = "", LANG = "C.UTF-8" } = options.inherited;
  const args = [main, "run", "--repo", options.repository, "--data", options.data, ...(options.arguments ?? [])];
  const child = spawn(process.execPath, args, {
    env: { PATH, HOME, LANG, NO_COLOR: "1", ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    // Its own group: a terminal's Ctrl-C is for whoever started us, who then stops it in order.
    detached: true,
  });
  const lines: string[] = [];
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        options.onLine?.(line);
        if (line.includes(readyLine)) resolve();
      });
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new Error(`the pipeline ended (${signal ?? code}) before it was ready:\n${lines.join("\n")}`)),
    );
  });
  // Whoever stops it before it was ready does not wait for this any more.
  ready.catch(() => {});
  return {
    child,
    ready,
    output: () => lines.join("\n"),
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}
