/**
 * Looks round from where the agent's commands run, and prints what it found as one line of JSON ({@link Probe}).
 * A program of its own: it runs inside the sandbox that is to be proven, before anything is paid.
 */
import { readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import type { Probe, ProbeRequest } from "./judge-probe.ts";

const request = JSON.parse(process.argv[2] ?? "") as ProbeRequest;
const timeoutMs = 2_000;

/** Undefined when there is nothing, or nothing that we may see: both are what the proof wants. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

const list = (folder: string) => attempt(() => readdirSync(folder)) ?? [];

function environments(): { pid: string; names: string[] }[] {
  return list("/proc")
    .filter((pid) => /^[0-9]+$/.test(pid))
    .flatMap((pid) => {
      const text = attempt(() => readFileSync(`/proc/${pid}/environ`, "utf8"));
      return text ? [{ pid, names: text.split("\0").map((entry) => entry.split("=", 1)[0] ?? "") }] : [];
    });
}

/** Values that look like keys, whatever their variable is called; only the variable's name is told. */
function keyLikeNames(): string[] {
  const pattern = /^(?:gh[pousr]_|github_pat_|sk-|eyJ[A-Za-z0-9_-]+\.)/;
  return Object.entries(process.env).flatMap(([name, value]) => (pattern.test(value ?? "") ? [name] : []));
}

function connects(target: { path: string } | { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(target);
    const end = (reached: boolean) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reached);
    };
    const timer = setTimeout(() => end(false), timeoutMs);
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

function writes(folder: string): boolean {
  const file = join(folder, ".codex-runner-probe");
  const written =
    attempt(() => writeFileSync(file, "")) === undefined && attempt(() => readFileSync(file)) !== undefined;
  if (written) rmSync(file);
  return written;
}

const privateNames = [
  ".aws",
  ".azure",
  ".codex/auth.json",
  ".config/gcloud",
  ".config/gh",
  ".config/git",
  ".docker/config.json",
  ".git-credentials",
  ".gitconfig",
  ".gnupg",
  ".kube",
  ".netrc",
  ".npmrc",
  ".ssh",
];
const homes = [process.env["HOME"] ?? "/", "/root", ...list("/home").map((name) => join("/home", name))];

const probe: Probe = {
  environmentNames: Object.keys(process.env),
  keyLikeNames: keyLikeNames(),
  environments: environments(),
  interfaces: (attempt(() => readFileSync("/proc/net/dev", "utf8")) ?? "")
    .split("\n")
    .flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? [])
    .filter((name) => name !== "lo"),
  reached: [],
  privateFiles: [...new Set(homes)].flatMap((home) =>
    privateNames
      .map((name) => join(home, name))
      .filter((path) => attempt(() => readdirSync(path)) ?? attempt(() => readFileSync(path))),
  ),
  serviceAccountFiles: list("/var/run/secrets/kubernetes.io/serviceaccount"),
  writable: request.folders.filter(writes),
};
for (const target of request.targets) {
  const reached = await connects("path" in target ? target : { host: target.host, port: target.port });
  if (reached) probe.reached.push("path" in target ? target.path : `${target.host}:${target.port}`);
}
// Not process.stdout: the sandbox forbids the calls by which Node.js finds out what kind of stream that is.
writeSync(1, `${JSON.stringify(probe)}\n`);
