import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { Logger } from "pino";
import { readBoundedLines } from "../bounded-lines.ts";
import { awaitHalt, childrenOf, killNow } from "./process-control.ts";

export interface Child {
  pid: number;
  /** Resolves when the process has ended; never rejects. */
  ended: Promise<ChildEnd>;
  /** First line on standard output; rejects when the process ends without one. */
  firstLine: Promise<string>;
  /** Writes a line to its standard input. */
  say(line: string): void;
  /** SIGTERM, then SIGKILL; resolves when it has ended. */
  stop(graceMs: number): Promise<ChildEnd>;
  /**
   * Ends it and its children at once, whatever they do; resolves when it has ended. For bubblewrap, whose children go with it
   * only once it has told the kernel so: ended while it is setting itself up, it would leave them behind.
   */
  endTree(): Promise<ChildEnd>;
}

export interface ChildEnd {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

/**
 * Starts one of our processes with exactly `env`. Its standard input stays open as long as we live: that it closes tells
 * the child that we have died. Its log lines (JSON on standard error) go to `log`.
 */
export function startChild(options: {
  name: string;
  program: string;
  args: readonly string[];
  env: Record<string, string>;
  cwd: string;
  log: Logger;
  /** Hears every line of its standard output. */
  onLine?: (line: string) => void;
}): Child {
  const { name, program, args, env, cwd, log, onLine = () => {} } = options;
  // A group of its own: a terminal's Ctrl-C reaches only us, and we end our children in order.
  const child = spawn(program, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"], detached: true });
  // The child may have ended already; its end is told by `ended`.
  child.stdin.on("error", () => {});
  passOnLog(child.stderr, log.child({ process: name }));
  const ended = new Promise<ChildEnd>((resolve) => {
    child.once("error", (error) => {
      log.error({ err: error, process: name }, "process could not be started");
      resolve({ exitCode: null, signal: null });
    });
    child.once("close", (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const firstLine = new Promise<string>((resolve, reject) => {
    readBoundedLines(child.stdout, longestLine, (line) => {
      resolve(line);
      onLine(line);
    });
    ended.then(({ exitCode, signal }) =>
      reject(new Error(`${name} ended (${signal ?? `exit code ${exitCode}`}) without an answer; see its log`)),
    );
  });
  // Not everybody asks for the line.
  firstLine.catch(() => {});
  return {
    ...{ pid: child.pid ?? 0, ended, firstLine },
    say: (line) => child.stdin.write(`${line}\n`),
    stop: (graceMs) => stop(child, ended, graceMs),
    endTree: () => endTree(child, ended),
  };
}

async function stop(child: ChildProcess, ended: Promise<ChildEnd>, graceMs: number): Promise<ChildEnd> {
  child.stdin?.end();
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  const end = await ended;
  clearTimeout(timer);
  return end;
}

/** In one go: where a fork bomb has taken the processor, the next turn may come late. */
function endTree(child: ChildProcess, ended: Promise<ChildEnd>): Promise<ChildEnd> {
  // Halted, it has no child that is not seen here.
  if (child.pid !== undefined && child.kill("SIGSTOP")) {
    awaitHalt(child.pid);
    for (const pid of childrenOf(child.pid)) killNow(pid);
    child.kill("SIGKILL");
  }
  child.stdin?.end();
  return ended;
}

/** Commands of a model may find a way to write there (with policy `pod` they can): what they send is bounded. Characters. */
const longestLine = 1024 * 1024;
const longestLog = 16 * 1024 * 1024;

function passOnLog(stderr: Readable, log: Logger): void {
  let room = longestLog;
  readBoundedLines(stderr, longestLine, (line) => {
    if (room < 0) return;
    room -= line.length;
    if (room < 0) return log.warn(`the process has logged more than ${longestLog >> 20} MiB; the rest is left out`);
    let entry: { level?: number; msg?: string } | undefined;
    try {
      entry = JSON.parse(line);
    } catch {
      // A crash, or a message of Node.js itself.
      entry = undefined;
    }
    if (typeof entry !== "object" || entry === null) return log.warn(line.slice(0, 2_000));
    const { level = 30, msg = "", ...fields } = entry;
    const { time: _time, pid: _pid, hostname: _hostname, name: _name, ...rest } = fields as Record<string, unknown>;
    if (level >= 50) log.error(rest, msg);
    else if (level >= 40) log.warn(rest, msg);
    else if (level >= 30) log.info(rest, msg);
    else log.debug(rest, msg);
  });
}
