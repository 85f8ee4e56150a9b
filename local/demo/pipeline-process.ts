import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { eventSchema, type PipelineEvent } from "../view/event.ts";

/** The one-machine pipeline as a process of its own: what a user starts with `npm run local`. */
export interface PipelineProcess {
  readonly child: ChildProcess;
  /** Resolves when the pipeline says that it is at work; rejects when it ends before. */
  readonly ready: Promise<Extract<PipelineEvent, { event: "ready" }>>;
  /** What it has told so far. */
  readonly events: readonly PipelineEvent[];
  /** All that it has printed so far, on both outputs. */
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
  onEvent?: (event: PipelineEvent) => void;
  /** Hears what is no event: Node.js's own words about a crash, for instance. */
  onOther?: (line: string) => void;
}

/** Starts it with exactly the environment given, besides what any program needs. */
export function startPipeline(options: PipelineOptions): PipelineProcess {
  const main = join(import.meta.dirname, "..", "main.ts");
  const { PATH = "", HOME = "", LANG = "C.UTF-8" } = options.inherited;
  const args = [
    main,
    "run",
    "--repo",
    options.repository,
    "--data",
    options.data,
    "--json",
    ...(options.arguments ?? []),
  ];
  const child = spawn(process.execPath, args, {
    env: { PATH, HOME, LANG, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
    // Its own group: a terminal's Ctrl-C is for whoever started us, who then stops it in order.
    detached: true,
  });
  const lines: string[] = [];
  const events: PipelineEvent[] = [];
  const ready = new Promise<Extract<PipelineEvent, { event: "ready" }>>((resolve, reject) => {
    const hear = (line: string) => {
      lines.push(line);
      const event = readEvent(line);
      if (!event) return options.onOther?.(line);
      events.push(event);
      options.onEvent?.(event);
      if (event.event === "ready") resolve(event);
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", hear);
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
    events,
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

function readEvent(line: string): PipelineEvent | undefined {
  try {
    return eventSchema.safeParse(JSON.parse(line)).data;
  } catch {
    // No JSON: it is passed on as what it is.
    return undefined;
  }
}
