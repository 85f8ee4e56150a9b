import { type ExecFileException, execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { RunFailure } from "@froussard/contract";
import { type Bubble, bubbleArguments, inBubble } from "./bubble.ts";

/** Bubblewraps to try, in order: the one that Codex ships, the system's (which may have an AppArmor profile of its own). */
export function bubblewraps(shipped: string | undefined): string[] {
  return [shipped, "/usr/bin/bwrap"].filter((path) => path !== undefined && existsSync(path)) as string[];
}

/** What keeps a bubble from being made, and what to do about it on this machine. */
export interface BubbleObstacle {
  /** In the system's own words. */
  message: string;
  cause: string;
  fix: string;
  /** AppArmor stands in the way, so a profile for bubblewrap would do as well. */
  apparmor?: boolean;
}

/**
 * Tries whether the bubble can be made and Node.js runs in it.
 * @returns what stands in the way and how to repair it, or undefined when it works.
 * @throws RunFailure `agent-lost` when the check was killed, which proves nothing.
 */
export async function checkBubble(bubble: Bubble, timeoutMs?: number): Promise<string | undefined> {
  const obstacle = await tryBubble(bubble, [inBubble.node, "--version"], timeoutMs);
  return obstacle && tellObstacle(obstacle);
}

/** Like {@link checkBubble}, with another command to run in it, and the obstacle in its parts. */
export async function tryBubble(
  bubble: Bubble,
  command: readonly string[],
  timeoutMs = 10_000,
  env: Readonly<Record<string, string>> = {},
): Promise<BubbleObstacle | undefined> {
  try {
    await promisify(execFile)(bubble.bwrap, bubbleArguments(bubble, command), {
      env: { PATH: "/usr/bin:/bin", LANG: "C", ...env },
      timeout: timeoutMs,
      killSignal: "SIGKILL",
    });
    return undefined;
  } catch (error) {
    const { stderr, message, code, signal, killed } = error as ExecFileException & { stderr?: string };
    // Bubblewrap passes on that its child was killed as 128 + 9.
    if (!killed && (signal || code === 137))
      throw new RunFailure("agent-lost", "the check of the sandbox was killed from outside");
    // The system's own message names the whole command line, which is nothing for an issue.
    const ended = killed ? `no answer within ${timeoutMs / 1000} s` : `it ended with ${code}`;
    const reason = stderr?.trim() || (typeof code === "number" || killed ? ended : message);
    return diagnoseBubble(reason, await readKernelSettings());
  }
}

export interface KernelSettings {
  platform: string;
  /** Contents of the files under /proc/sys; absent when the kernel does not have them. */
  apparmorRestrictsUserNamespaces?: string;
  unprivilegedUserNamespaces?: string;
  maxUserNamespaces?: string;
}

async function readKernelSettings(): Promise<KernelSettings> {
  const read = async (name: string) => {
    try {
      return (await readFile(`/proc/sys/${name}`, "utf8")).trim();
    } catch {
      // Not every kernel has each of these switches; absent means that it does not forbid anything.
      return undefined;
    }
  };
  const [apparmor, unprivileged, max] = await Promise.all([
    read("kernel/apparmor_restrict_unprivileged_userns"),
    read("kernel/unprivileged_userns_clone"),
    read("user/max_user_namespaces"),
  ]);
  return {
    platform: process.platform,
    ...(apparmor !== undefined && { apparmorRestrictsUserNamespaces: apparmor }),
    ...(unprivileged !== undefined && { unprivilegedUserNamespaces: unprivileged }),
    ...(max !== undefined && { maxUserNamespaces: max }),
  };
}

/** Why a bubble cannot be made, and the exact fix. Pure. */
export function diagnoseBubble(message: string, kernel: KernelSettings): BubbleObstacle {
  const because = (cause: string, fix: string) => ({ message: message.slice(0, 300), cause, fix });
  if (kernel.platform !== "linux")
    return because("it needs Linux", "run this on a Linux machine, in a Linux VM, or in the cluster");
  if (kernel.maxUserNamespaces === "0")
    return because("user namespaces are switched off", "run: sudo sysctl -w user.max_user_namespaces=15000");
  if (kernel.unprivilegedUserNamespaces === "0")
    return because("user namespaces are reserved for root", "run: sudo sysctl -w kernel.unprivileged_userns_clone=1");
  const refused = /permission denied|not permitted|permissions/i.test(message);
  if (kernel.apparmorRestrictsUserNamespaces === "1" && refused)
    return {
      ...because(
        "AppArmor restricts user namespaces",
        "install the package bubblewrap with its AppArmor profile (Ubuntu: apparmor-profiles), or run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0",
      ),
      apparmor: true,
    };
  if (refused)
    return because(
      "this looks like a container that forbids user namespaces",
      "start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined, or run outside of it",
    );
  return because("bubblewrap failed", "check that bubblewrap runs on this machine");
}

/** An obstacle in one sentence. Pure. */
export function tellObstacle({ message, cause, fix }: BubbleObstacle): string {
  return `the agent's sandbox cannot be made (${message}): ${cause}; ${fix}`;
}

/**
 * Shell commands that let this one bubblewrap make user namespaces where AppArmor keeps them from all programs
 * (Ubuntu 23.10 and later), which is narrower than switching the restriction off. Pure.
 * (Ubuntu: "Restricted unprivileged user namespaces"; a profile of the mode unconfined is inherited by what it starts.)
 */
export function apparmorProfile(bwrap: string): string {
  return `sudo tee /etc/apparmor.d/froussard-bwrap >/dev/null <<'EOF'
abi <abi/4.0>,
include <tunables/global>
profile froussard-bwrap "${bwrap}" flags=(unconfined) {
  userns,
}
EOF
sudo apparmor_parser --replace /etc/apparmor.d/froussard-bwrap`;
}
