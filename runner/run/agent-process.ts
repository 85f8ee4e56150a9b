import { existsSync, readFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { join } from "node:path";
import { RunFailure } from "@froussard/contract";
import { everyMs } from "../poll.ts";
import { type Bubble, bubbleArguments, inBubble } from "../sandbox/bubble.ts";
import { bubblewraps, checkBubble } from "../sandbox/check-bubble.ts";
import { diskUse, freeDisk } from "../sandbox/disk-use.ts";
import { limitedCommand, limitingPrograms, parseHardLimits } from "../sandbox/limited-command.ts";
import { makeBubble } from "../sandbox/make-bubble.ts";
import { availableMemory, countTree, machineThreads, measureTree, sharedMemory } from "../sandbox/process-tree.ts";
import { removeTree } from "../sandbox/remove-tree.ts";
import { watchBombs } from "../sandbox/watch-bombs.ts";
import { watchLimits } from "../sandbox/watch-limits.ts";
import type { AttemptOptions } from "./attempt.ts";
import { type Child, startChild } from "./child-process.ts";
import { agentEnvironment, programFolders } from "./environments.ts";
import { nodeOptions } from "./node-options.ts";
import type { StateFolder } from "./state-folder.ts";

export interface AgentProcessOptions
  extends Pick<AttemptOptions, "codex" | "basics" | "state" | "readablePaths" | "limits" | "signal" | "log"> {
  /** From {@link prepareBubble}. */
  bubble: Promise<Bubble | string>;
  bearer: string;
  /** The mediator's. */
  socket: string;
  /** Aborted when the mediator is gone, or has nothing to do for an agent. */
  lost: AbortSignal;
  /** Aborted when the agent ought to have ended by itself. */
  limit: AbortSignal;
}

/** Where an agent writes: its working copy and Codex's files. */
export const agentFolder = ({ path }: StateFolder): string => join(path, "agent");

/**
 * Runs the agent in its bubble to its end, within its limits; no process of it is left then. Its files are, until
 * {@link agentFolder} is removed.
 * @returns what to tell when it has left no result
 * @throws the reason of `signal` or `lost` when one of them was aborted
 */
export async function runAgentProcess(options: AgentProcessOptions): Promise<RunFailure> {
  try {
    const found = await options.bubble;
    AbortSignal.any([options.signal, options.lost]).throwIfAborted();
    if (typeof found !== "string")
      return await runInBubble(options, { ...found, socket: options.socket }, agentFolder(options.state));
    options.log.error(found);
    return new RunFailure("sandbox-unavailable", found.slice(0, 500));
  } catch (error) {
    if (error instanceof RunFailure && error.code === "agent-lost") return error;
    throw error;
  }
}

/** The first bubblewrap that works, its folders new and empty and without a way out yet, or why none does. */
export async function prepareBubble(
  options: Pick<AgentProcessOptions, "codex" | "basics" | "state" | "readablePaths">,
): Promise<Bubble | string> {
  const { codex, basics, readablePaths } = options;
  const folder = agentFolder(options.state);
  await removeTree(folder, basics.path);
  let problem = "bubblewrap was not found";
  for (const bwrap of bubblewraps(codex.bwrap)) {
    const places = { folder, node: process.execPath, path: basics.path, morePaths: readablePaths };
    const bubble = await makeBubble({ bwrap, codex, ...places });
    const found = await checkBubble(bubble);
    if (found === undefined) return bubble;
    problem = found;
  }
  return problem;
}

async function runInBubble(options: AgentProcessOptions, bubble: Bubble, folder: string): Promise<RunFailure> {
  const { codex, basics, state, readablePaths, limits, bearer, signal, lost, limit, log } = options;
  const own = codex.version === undefined ? ["--codex", codex.path] : [];
  const command = [inBubble.node, ...nodeOptions, `${inBubble.code}/runner/main.ts`, "agent", "--alone", ...own];
  const hard = parseHardLimits(readFileSync("/proc/self/limits", "latin1"));
  const programs = limitingPrograms.filter((program) => existsSync(program));
  if (programs.length < limitingPrograms.length)
    log.warn(
      { found: programs },
      "not all limits can be set beforehand, only watched: install util-linux and coreutils",
    );
  const agent = startChild({
    name: "agent",
    program: bubble.bwrap,
    args: bubbleArguments(bubble, limitedCommand(command, limits, hard, programs)),
    cwd: folder,
    env: agentEnvironment({ lang: basics.lang, bearer, programFolders: programFolders(readablePaths) }),
    log,
  });
  await state.remember(agent.pid);
  const watch = await watchAgent(options, agent, folder);
  const stop = () => void agent.endTree();
  const ends = AbortSignal.any([signal, lost]);
  for (const each of [ends, limit]) each.addEventListener("abort", stop, { once: true });
  if (ends.aborted) stop();
  const { exitCode } = await agent.ended;
  watch.stop();
  for (const each of [ends, limit]) each.removeEventListener("abort", stop);
  ends.throwIfAborted();
  if (watch.passed !== undefined) return new RunFailure("sandbox-limit", watch.passed);
  if (limit.aborted) return new RunFailure("deadline-exceeded", "the agent did not end after its deadline");
  return new RunFailure("agent-lost", `the agent's process ended (exit code ${exitCode}) without a result`);
}

/** Ends the agent when it passes a limit. */
async function watchAgent({ limits, basics, log }: AgentProcessOptions, agent: Child, folder: string) {
  const shared = await sharedMemory();
  let passed: string | undefined;
  const onPassed = (limit: string) => {
    passed ??= `the agent used ${limit}`;
    log.warn({ limit }, "the agent passes a limit and is ended");
    void agent.endTree();
  };
  const stopBombs = watchBombs({
    ...{ limits, every: everyMs(50), machine: machineThreads, tree: () => countTree(agent.pid), onPassed },
    hurry: canHurry() ? (isUrgent) => setPriority(isUrgent ? -20 : 0) : () => {},
  });
  const stopLimits = watchLimits({
    limits,
    every: everyMs(500),
    tree: (exactFromMiB) => measureTree(agent.pid, exactFromMiB, shared),
    diskUse: () => diskUse(folder, basics.path, 60_000),
    freeDisk: () => freeDisk(folder),
    availableMemory,
    onPassed,
    onError: (error) => log.warn({ err: error }, "what the agent uses could not be measured"),
  });
  return {
    stop() {
      stopBombs();
      stopLimits();
    },
    get passed() {
      return passed;
    },
  };
}

/** Root may, where its rights were not cut; everybody else's processes are counted by the kernel, and never become so many. */
function canHurry(): boolean {
  if (getPriority() !== 0) return false;
  try {
    setPriority(-1);
    setPriority(0);
    return true;
  } catch {
    // EACCES is the answer to the question.
    return false;
  }
}
