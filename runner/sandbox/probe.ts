/**
 * Looks round from where the agent's commands run, and prints what it found as one line of JSON ({@link Probe}).
 * A program of its own: it runs inside the sandbox that is to be proven, before anything is paid.
 */
import { createHash } from "node:crypto";
import { promises as dns } from "node:dns";
import { readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Probe, ProbeRequest, ProbeTarget } from "./judge-probe.ts";

const request = JSON.parse(process.argv[2] ?? "") as ProbeRequest;
/** A packet that is dropped gets no answer; whoever is there answers within milliseconds. */
const timeoutMs = 1_500;

/** Undefined when there is nothing, or nothing that we may see: both are what the proof wants. */
function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

const list = (folder: string) => attempt(() => readdirSync(folder)) ?? [];
const read = (file: string) => attempt(() => readFileSync(file, "utf8")) ?? "";
const pids = list("/proc").filter((name) => /^[0-9]+$/.test(name));

function environments(): { pid: string; names: string[] }[] {
  return pids.flatMap((pid) => {
    const text = read(`/proc/${pid}/environ`);
    return text ? [{ pid, names: text.split("\0").map((entry) => entry.split("=", 1)[0] ?? "") }] : [];
  });
}

/** The kernel shows a process's namespaces only to who might debug it. */
function foreignProcesses(): string[] {
  const own = attempt(() => readlinkSync("/proc/self/ns/pid"));
  return pids.filter((pid) => {
    const found = attempt(() => readlinkSync(`/proc/${pid}/ns/pid`));
    return found !== undefined && found !== own;
  });
}

/** Values that look like keys, whatever their variable is called; only the variable's name is told. */
function keyLikeNames(): string[] {
  const pattern =
    /^(?:gh[opsur]_|github_pat_|sk-|glpat-|xox[abeprs]-|AKIA|ASIA|AIza|npm_|hf_|eyJ[A-Za-z0-9_-]+\.|-----BEGIN |(?:Bearer|Basic) )|:\/\/[^/@\s]*:[^/@\s]+@/;
  const isKnown = (value: string) => request.secretHashes.includes(createHash("sha256").update(value).digest("hex"));
  return Object.entries(process.env).flatMap(([name, value = ""]) =>
    pattern.test(value) || isKnown(value) ? [name] : [],
  );
}

const nameOf = (target: ProbeTarget) =>
  "path" in target ? target.path.replace(/^\0/, "@") : `${target.host}:${target.port}`;

/** The targets that take a connection. */
async function reachable(targets: readonly ProbeTarget[]): Promise<string[]> {
  const tried = await Promise.all(targets.map(connects));
  return targets.filter((_, index) => tried[index]).map(nameOf);
}

function connects(target: ProbeTarget): Promise<boolean> {
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

async function resolves(): Promise<boolean> {
  const looked = dns.lookup(request.name).then(
    () => true,
    () => false,
  );
  return await Promise.race([looked, sleep(timeoutMs, false, { ref: false })]);
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
  ".config/hub",
  ".docker/config.json",
  ".git-credentials",
  ".gitconfig",
  ".gnupg",
  ".kube",
  ".netrc",
  ".npmrc",
  ".pypirc",
  ".ssh",
  ".vault-token",
];
const homes = [process.env["HOME"] ?? "/", "/root", ...list("/home").map((name) => join("/home", name))];

/** Where services listen that do more than a command may. */
const privateSockets = [
  "/var/run/docker.sock",
  "/run/docker.sock",
  "/run/containerd/containerd.sock",
  "/run/crio/crio.sock",
  "/run/podman/podman.sock",
  "/run/dbus/system_bus_socket",
  "/run/systemd/private",
  "/tmp/.X11-unix/X0",
  "\0/tmp/.X11-unix/X0",
  process.env["SSH_AUTH_SOCK"] ?? "/run/ssh-agent.sock",
  ...list("/run/user").flatMap((user) =>
    ["bus", "docker.sock", "podman/podman.sock"].map((name) => `/run/user/${user}/${name}`),
  ),
].map((path) => ({ path }));

/** What a container has in /dev, whatever is done to it. */
const usualDevices =
  /^(?:console|core|fd|full|mqueue|null|ptmx|pts|random|shm|stderr|stdin|stdout|termination-log|tty|urandom|zero)$/;
const status = read("/proc/self/status");

const [reached, routes, sockets, resolved] = await Promise.all([
  reachable(request.targets),
  reachable(request.routes),
  reachable(privateSockets),
  resolves(),
]);
const probe: Probe = {
  environmentNames: Object.keys(process.env),
  keyLikeNames: keyLikeNames(),
  environments: environments(),
  foreignProcesses: foreignProcesses(),
  interfaces: read("/proc/net/dev")
    .split("\n")
    .flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? [])
    .filter((name) => name !== "lo"),
  reached,
  routes,
  resolves: resolved,
  privateFiles: [...new Set(homes)].flatMap((home) =>
    privateNames
      .map((name) => join(home, name))
      .filter((path) => attempt(() => readdirSync(path)) ?? attempt(() => readFileSync(path))),
  ),
  privateSockets: sockets,
  serviceAccountFiles: list("/var/run/secrets").flatMap((provider) =>
    list(join("/var/run/secrets", provider)).map((name) => `${provider}/${name}`),
  ),
  writable: request.folders.filter(writes),
  systemWritable: ["/", "/usr", "/usr/local/bin", "/bin", "/etc", "/opt", "/run", "/var"].filter(writes),
  uid: process.getuid?.() ?? -1,
  capabilities: [...status.matchAll(/^(Cap(?:Inh|Prm|Eff|Amb)):\s*([0-9a-f]+)$/gm)].flatMap(
    ([, name = "", set = ""]) => (/^0+$/.test(set) ? [] : [`${name} ${set}`]),
  ),
  noNewPrivileges: /^NoNewPrivs:\s*1$/m.test(status),
  devices: list("/dev").filter((name) => !usualDevices.test(name)),
};
// Not process.stdout: the sandbox forbids the calls by which Node.js finds out what kind of stream that is.
writeSync(1, `${JSON.stringify(probe)}\n`);
// A look-up that got no answer may still be under way.
process.exit(0);
