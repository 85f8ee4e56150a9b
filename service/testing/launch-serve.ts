import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { GitHubSimulator } from "@froussard/simulators/github/start";
import { expect } from "vitest";
import { secret } from "./serve-kit.ts";

/** What `serve` is told of a simulated GitHub with the repository `octocat/hello`, of which `octocat` is listed. */
export function serveSettings(github: GitHubSimulator): Record<string, string> {
  return {
    GITHUB_TOKEN: github.token("codex-automation"),
    GITHUB_API_BASE_URL: github.apiUrl,
    GITHUB_WEBHOOK_SECRET: secret,
    CODEX_TRIGGER_LOGINS: "octocat",
    CODEX_REPOSITORIES: "octocat/hello",
    PORT: "0",
  };
}

/** That GitHub's people and repository. */
export async function addServed(github: GitHubSimulator) {
  for (const login of ["octocat", "codex-automation"]) github.addUser({ login });
  return github.addRepository({ owner: "octocat", name: "hello", collaborators: { "codex-automation": "write" } });
}

/** `froussard serve` as a process of its own, with this environment and no other; resolves when it serves. */
export async function launchServe(env: Record<string, string>) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "..", "main.ts"), "serve"], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let output = "";
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    output += chunk;
  });
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  /** The port that a log line with these words names. */
  const portOf = async (words: string): Promise<number> => {
    const line = new RegExp(`"port":(\\d+),"msg":"${words}"`);
    await expect.poll(() => output, { timeout: 60_000 }).toMatch(line);
    return Number(line.exec(output)?.[1]);
  };
  return {
    port: await portOf("serving webhooks"),
    portOf,
    ended,
    output: () => output,
    kill: (signal: NodeJS.Signals) => void child.kill(signal),
    /** Resident memory in MiB: now, and the most that it ever was. */
    async memory(): Promise<{ now: number; peak: number }> {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8");
      const mib = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024);
      return { now: mib("VmRSS"), peak: mib("VmHWM") };
    },
  };
}

export type LaunchedServe = Awaited<ReturnType<typeof launchServe>>;
