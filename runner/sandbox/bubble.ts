/** Where things are inside the bubble, whatever the machine looks like. */
export const inBubble = {
  /** An empty memory file system, the agent's HOME. */
  home: "/home/agent",
  workspace: "/workspace",
  temporary: "/tmp",
  /** Codex's own folder; outside HOME, and out of reach for the commands that write. */
  codexHome: "/run/codex",
  socket: "/run/mediator.sock",
  node: "/opt/node/bin/node",
  npm: "/opt/node/lib/node_modules/npm",
  code: "/opt/codex-runner",
} as const;

export interface Mount {
  source: string;
  destination: string;
}

/** What a bubble is made of. Every source is an absolute path on the machine. */
export interface Bubble {
  bwrap: string;
  /** Folders of the system at the root, as they are on the machine. */
  system: readonly (Mount | { link: string; target: string })[];
  /** Read-only besides: programs, libraries, certificates, our code. */
  readable: readonly Mount[];
  /** Private folders on disk that the agent may write. */
  workspace: string;
  temporary: string;
  codexHome: string;
  /** The mediator's socket, the only way out. Absent when only the bubble itself is being tried. */
  socket?: string;
}

/**
 * Arguments of bubblewrap. The environment is not among them, because arguments are there for every user of the machine
 * to read: spawn bwrap with exactly the environment that the command may see. Pure.
 */
export function bubbleArguments(bubble: Bubble, command: readonly string[]): string[] {
  return [
    // New user, process, network, host name, IPC and cgroup namespaces: no network but a loopback of its own.
    ...["--unshare-all", "--die-with-parent", "--new-session"],
    ...["--uid", "1000", "--gid", "1000", "--hostname", "agent"],
    ...bubble.system.flatMap((entry) =>
      "link" in entry ? ["--symlink", entry.target, entry.link] : ["--ro-bind", entry.source, entry.destination],
    ),
    ...["--proc", "/proc", "--dev", "/dev"],
    ...memoryFolder("/dev/shm", 256),
    ...memoryFolder("/home", 1024),
    ...["--dir", inBubble.home, "--dir", "/run"],
    ...["--bind", bubble.temporary, inBubble.temporary],
    ...["--bind", bubble.workspace, inBubble.workspace],
    ...["--bind", bubble.codexHome, inBubble.codexHome],
    // After the folders above, which would hide what the operator added below them.
    ...bubble.readable.flatMap(({ source, destination }) => ["--ro-bind", source, destination]),
    ...(bubble.socket === undefined ? [] : ["--bind", bubble.socket, inBubble.socket]),
    // What is left of the memory file systems that all this is mounted in: nobody counts what would be written there.
    ...["--remount-ro", "/dev", "--remount-ro", "/"],
    ...["--chdir", inBubble.workspace, "--", ...command],
  ];
}

/** A folder whose files are kept in memory, at most so many MiB of them. */
function memoryFolder(path: string, sizeMiB: number): string[] {
  return ["--size", String(sizeMiB * 1024 * 1024), "--tmpfs", path];
}
