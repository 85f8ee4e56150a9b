import { spawn, spawnSync } from "node:child_process";

export interface GitCall {
  /** Arguments after `git`; never a secret and never text of the model. */
  args: readonly string[];
  environment: Readonly<Record<string, string>>;
  cwd: string;
  input?: string | Uint8Array;
  /** Time limit, milliseconds; the whole process group is killed then. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Git is stopped when it writes more than this. @default 256 MiB */
  maxOutputBytes?: number;
  /** Largest file that git may write; the kernel ends it otherwise. Bytes. */
  maxFileBytes?: number;
}

export interface GitOutcome {
  /** Undefined when git was ended by a signal. */
  code: number | undefined;
  signal: NodeJS.Signals | undefined;
  stdout: Buffer;
  stderr: string;
  timedOut: boolean;
  /** It wrote more than allowed and was stopped. */
  overflowed: boolean;
}

/** Runs git with exactly the environment given; replaced in tests that count or break calls. */
export type RunGit = (call: GitCall) => Promise<GitOutcome>;

const maxStderrBytes = 64 * 1024;

/**
 * Runs git in its own process group, so that its helpers (git-remote-http, index-pack) end with it. Where `setpriv` can,
 * the kernel ends git also when this process is killed; its helpers then end with their pipes.
 * @throws Error when git cannot be started or the signal is aborted.
 */
export const runGit: RunGit = (call) => {
  const { cwd, environment: env, input, timeoutMs, signal, maxOutputBytes = 256 * 1024 * 1024 } = call;
  const [command, args] = diesWithUs(commandLine(call));
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    let size = 0;
    let stderr = "";
    let timedOut = false;
    let overflowed = false;
    let failure: Error | undefined;
    const kill = () => killGroup(child.pid);
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, timeoutMs);
    const onAbort = () => {
      failure = new Error("git was ended because the run stops", { cause: signal?.reason });
      kill();
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    child.stdout.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxOutputBytes) {
        overflowed = true;
        kill();
      } else chunks.push(chunk);
    });
    child.stderr.on("data", (chunk: Buffer) => {
      if (stderr.length < maxStderrBytes) stderr += chunk.toString("utf8");
    });
    // Git may end before it has read all of its input (EPIPE); its exit code tells why.
    child.stdin.on("error", () => {});
    child.stdin.end(input ?? "");
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    child.on("error", (error) => {
      done();
      reject(new Error(`git could not be started: ${error.message}; install git and put it on PATH`, { cause: error }));
    });
    child.on("close", (code, endSignal) => {
      done();
      if (failure) reject(failure);
      else if (code === 127)
        reject(new Error(`git was not found (${stderr.trim().slice(0, 200)}); install git and put it on PATH`));
      else
        resolve({
          code: code ?? undefined,
          signal: endSignal ?? undefined,
          stdout: Buffer.concat(chunks),
          stderr,
          timedOut,
          overflowed,
        });
    });
  });
};

/**
 * A file size limit is set by the shell's `ulimit` (in 512-byte blocks), the only place that has it everywhere; with its
 * signal ignored git tells the reason ("File too large") instead of dying without a word.
 */
function commandLine({ args, maxFileBytes }: GitCall): [string, string[]] {
  if (maxFileBytes === undefined) return ["git", [...args]];
  const script = 'trap "" XFSZ; ulimit -f "$1" || exit 126; shift; exec git "$@"';
  return ["/bin/sh", ["-c", script, "sh", String(Math.ceil(maxFileBytes / 512)), ...args]];
}

/** util-linux's, which hands the wish on through `exec`; busybox's namesake does not know it. Looked for once. */
let setpriv: string | undefined | null = null;

function diesWithUs([command, args]: [string, string[]]): [string, string[]] {
  if (setpriv === null)
    setpriv = ["/usr/bin/setpriv", "/bin/setpriv"].find((each) => {
      return spawnSync(each, ["--pdeathsig", "KILL", "true"], { stdio: "ignore", timeout: 5_000 }).status === 0;
    });
  return setpriv ? [setpriv, ["--pdeathsig", "KILL", command, ...args]] : [command, args];
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Gone already is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
