import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
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
  /** `uid:gid` in place of the image's. */
  user?: string;
  /** Folders that it may write: memory, root's and its group's, as a cluster hands a volume over. @default /tmp and /data */
  folders?: readonly string[];
  /** Path of a network namespace. @default this machine's */
  network?: string;
  /** What it may use of memory, in bytes, what it keeps in folders included. @default unlimited */
  memoryBytes?: number;
}

export interface Container {
  /** Everything that it has written so far, both streams. */
  output(): string;
  /** As the container runtime sends it, to process 1; nothing after the end. */
  signal(name: "TERM" | "INT" | "KILL"): Promise<void>;
  /** Id of its process 1 on this machine, while it runs. */
  processId(): Promise<number>;
  /** Its exit code. */
  readonly exit: Promise<number>;
}

const ordinaryFolders = ["/tmp", "/data"];

/** What every runtime gives a container, so that names are found. */
const names = { "/etc/hosts": "/etc/hosts", "/etc/resolv.conf": "/etc/resolv.conf" };

/**
 * Starts an image as a strict cluster does: process 1 of its own namespaces, the image's user, no capability, no new
 * privileges, no user namespaces, a root filesystem that cannot be written to but for some folders.
 */
export function startContainer(options: ContainerOptions): Container {
  const folder = mkdtempSync(join(tmpdir(), "froussard-container-"));
  const id = folder.slice(folder.lastIndexOf("/") + 1);
  mkdirSync(join(folder, "state"));
  for (const path of options.folders ?? ordinaryFolders) {
    // The runtime gives the memory the rights of the folder that it covers.
    mkdirSync(join(options.root, path), { recursive: true });
    chmodSync(join(options.root, path), 0o2777);
  }
  writeFileSync(join(folder, "config.json"), JSON.stringify(runtimeSpec(options)));
  const runc = ["--root", join(folder, "state")];
  const pidFile = join(folder, "pid");
  const child: ChildProcess = spawn("runc", [...runc, "run", "--bundle", folder, "--pid-file", pidFile, id], {
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
  const processId = async () => {
    // The runtime writes it when the process is there; nothing tells of that.
    while (!ended && !existsSync(pidFile)) await sleep(5);
    if (ended) throw new Error(`the container has ended: ${output}`);
    return Number(readFileSync(pidFile, "utf8"));
  };
  return {
    output: () => output,
    processId,
    signal: async (name) => {
      if (ended) return;
      await processId();
      await runTool("runc", [...runc, "kill", id, name], process.env);
    },
    exit,
  };
}

/** What the container runtimes' own seccomp profile forbids without a capability, as far as it matters here. */
const seccomp = {
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [
    {
      names: ["unshare", "setns", "mount", "umount2", "pivot_root", "bpf", "keyctl"],
      action: "SCMP_ACT_ERRNO",
      errnoRet: 1,
    },
    // Its flags lie in memory, where no filter can look: "not implemented" makes programs use the older call.
    { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 },
    {
      names: ["clone"],
      action: "SCMP_ACT_ERRNO",
      errnoRet: 1,
      args: [{ index: 0, value: 0x10000000, valueTwo: 0x10000000, op: "SCMP_CMP_MASKED_EQ" }],
    },
  ],
};

function runtimeSpec({
  root,
  config,
  entrypoint,
  arguments: args,
  environment = {},
  files = {},
  readonlyRoot = true,
  user = config.User,
  folders = ordinaryFolders,
  network,
  memoryBytes,
}: ContainerOptions) {
  const [uid, gid] = user.split(":").map(Number);
  const memory = (destination: string) => ({
    destination,
    type: "tmpfs",
    source: "tmpfs",
    options: ["nosuid", "nodev", "mode=2777", `gid=${gid}`, "size=256m"],
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
      {
        destination: "/dev/pts",
        type: "devpts",
        source: "devpts",
        options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666"],
      },
      {
        destination: "/dev/shm",
        type: "tmpfs",
        source: "shm",
        options: ["nosuid", "noexec", "nodev", "mode=1777", "size=64m"],
      },
      ...folders.map(memory),
      ...Object.entries({ ...names, ...files }).map(([destination, source]) => ({
        destination,
        source,
        type: "none",
        options: ["bind", "ro", "nosuid", "nodev", "noexec"],
      })),
    ],
    linux: {
      namespaces: [
        ...["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
        ...(network === undefined ? [] : [{ type: "network", path: network }]),
      ],
      ...(memoryBytes !== undefined && { resources: { memory: { limit: memoryBytes } } }),
      seccomp,
      maskedPaths: ["/proc/kcore", "/proc/keys", "/proc/sched_debug"],
      readonlyPaths: ["/proc/sys", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sysrq-trigger"],
    },
  };
}
