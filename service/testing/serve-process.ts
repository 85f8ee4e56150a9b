import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startGitHub } from "@froussard/simulators/github/start";
import { expect } from "vitest";
import { secret } from "./serve-kit.ts";

/** `froussard serve` as a process of its own, over the simulated GitHub and an embedded queue. */
export async function startServeProcess(more: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "froussard-serve-"));
  const github = await startGitHub();
  for (const login of ["octocat", "codex-automation"]) github.addUser({ login });
  const collaborators = { "codex-automation": "write" } as const;
  const repository = await github.addRepository({ owner: "octocat", name: "hello", collaborators });
  const child = spawn(process.execPath, [join(import.meta.dirname, "..", "main.ts"), "serve"], {
    env: {
      GITHUB_TOKEN: github.token("codex-automation"),
      GITHUB_API_BASE_URL: github.apiUrl,
      GITHUB_WEBHOOK_SECRET: secret,
      CODEX_TRIGGER_LOGINS: "octocat",
      CODEX_REPOSITORIES: "octocat/hello",
      FROUSSARD_QUEUE: join(folder, "queue.db"),
      PORT: "0",
      ...more,
    },
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
    await expect.poll(() => output, { timeout: 30_000 }).toMatch(line);
    return Number(line.exec(output)?.[1]);
  };
  return {
    github,
    repository,
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
    async stop() {
      child.kill("SIGKILL");
      await ended;
      await github.close();
      await rm(folder, { recursive: true });
    },
  };
}

export type ServeProcess = Awaited<ReturnType<typeof startServeProcess>>;
