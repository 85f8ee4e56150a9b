import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

export interface ProcessOptions {
  command: string;
  arguments: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** Takes what it says. */
  logFile: string;
  /** With a channel for messages. */
  talks?: boolean;
}

export interface RunningProcess {
  child: ChildProcess;
  pid: number;
  /** Waits until `isReady` says so. @throws Error with the end of its log when it ends before, or `ms` have passed */
  ready(isReady: () => Promise<boolean>, ms?: number): Promise<void>;
  /** SIGTERM, and after `graceMs` SIGKILL. */
  stop(graceMs?: number): Promise<void>;
}

/** Starts a program of which nothing is inherited but where programs are found. */
export function startProcess(options: ProcessOptions): RunningProcess {
  const log = openSync(options.logFile, "a");
  const child = spawn(options.command, options.arguments, {
    env: options.environment,
    stdio: ["ignore", log, log, ...(options.talks ? (["ipc"] as const) : [])],
    serialization: "advanced",
  });
  closeSync(log);
  let end: string | undefined;
  child.once("error", (error) => {
    end = error.message;
  });
  child.once("exit", (code, signal) => {
    end ??= `ended with ${code ?? signal}`;
  });
  return {
    child,
    get pid() {
      return child.pid ?? 0;
    },
    async ready(isReady, ms = 30_000) {
      const limit = performance.now() + ms;
      while (!(await isReady())) {
        const why = end ?? (performance.now() > limit ? `was not ready within ${ms} ms` : undefined);
        if (why !== undefined)
          throw new Error(`${options.command} ${why}: ${readFileSync(options.logFile, "utf8").slice(-1500).trim()}`);
        await wait(50);
      }
    },
    async stop(graceMs = 3_000) {
      if (end !== undefined) return;
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      const kill = setTimeout(() => child.kill("SIGKILL"), graceMs);
      await exit;
      clearTimeout(kill);
    },
  };
}
