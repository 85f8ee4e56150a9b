import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { ImageConfig } from "./image-store.ts";
import { runTool } from "./run-tool.ts";

export interface ContainerOptions {
  /** Folder of the root filesystem. */
  root: string;
  config: ImageConfig;
  /** In place of the image's entrypoint. */
  entrypoint?: readonly string[];
  arguments: readonly string[];
  environment?: Readonly<Record<string, string>>;
  /** Files of this machine that it may read, by their path there. */
  files?: Readonly<Record<string, string>>;
  /** @default true */
  readonlyRoot?: boolean;
}

export interface Container {
  /** Everything that it has written so far, both streams. */
  output(): string;
  /** As the container runtime sends it, to process 1; nothing after the end. */
  signal(name: "TERM" | "INT" | "KILL"): Promise<void>;
  /** Its exit code. */
  readonly exit: Promise<number>;
}

const memoryFolders = ["/tmp", "/data"];

/** What every runtime gives a container, so that names are found. */
const names = { "/etc/hosts": "/etc/hosts", "/etc/resolv.conf": "/etc/resolv.conf" };

/**
 * Starts an image as a strict cluster does: process 1 of its own namespaces, the image's user, no capability, no new
 * privileges, a root filesystem that cannot be written to, memory at /data and /tmp. The network is this machine's.
 */
export function startContainer(options: ContainerOptions): Container {
  const folder = mkdtempSync(join(tmpdir(), "froussard-container-"));
  const id = folder.slice(folder.lastIndexOf("/") + 1);
  mkdirSync(join(folder, "state"));
  for (const path of memoryFolders) {
    // The runtime gives the memory the rights of the folder that it covers.
    mkdirSync(join(options.root, path), { recursive: true });
    chmodSync(join(options.root, path), 0o1777);
  }
  writeFileSync(join(folder, "config.json"), JSON.stringify(runtimeSpec(options)));
  const runc = ["--root", join(folder, "state")];
  const child: ChildProcess = spawn("runc", [...runc, "run", "--bundle", folder, id], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => {
      output += chunk;
    });
  let ended = false;
  const exit = once(child, "close").then(([code]) => {
    ended = true;
    rmSync(folder, { recursive: true, force: true });
    return typeof code === "number" ? code : -1;
  });
  return {
    output: () => output,
    signal: async (name) => {
      if (!ended) await runTool("runc", [...runc, "kill", id, name], process.env);
    },
    exit,
  };
}

function runtimeSpec({
  root,
  config,
  entrypoint,
  arguments: args,
  environment = {},
  files = {},
  readonlyRoot = true,
}: ContainerOptions) {
  const [uid, gid] = config.User.split(":").map(Number);
  const memory = (destination: string) => ({
    destination,
    type: "tmpfs",
    source: "tmpfs",
    options: ["nosuid", "nodev", "mode=1777", "size=64m"],
  });
  return {
    ociVersion: "1.0.2",
    process: {
      user: { uid, gid },
      args: [...(entrypoint ?? config.Entrypoint), ...args],
      env: [...config.Env, ...Object.entries(environment).map(([key, value]) => `${key}=${value}`)],
      cwd: config.WorkingDir,
      capabilities: { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] },
      noNewPrivileges: true,
    },
    root: { path: root, readonly: readonlyRoot },
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755", "size=64k"] },
      ...memoryFolders.map(memory),
      ...Object.entries({ ...names, ...files }).map(([destination, source]) => ({
        destination,
        source,
        type: "none",
        options: ["bind", "ro", "nosuid", "nodev", "noexec"],
      })),
    ],
    linux: {
      namespaces: ["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
      maskedPaths: ["/proc/kcore", "/proc/keys", "/proc/sched_debug"],
      readonlyPaths: ["/proc/sys", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sysrq-trigger"],
    },
  };
}
