import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { markers } from "@froussard/contract";
import { killNow } from "codex-runner/run/process-control";
import { pipelineEnvironment } from "../demo/command.ts";
import { type PipelineProcess, startPipeline } from "../demo/pipeline-process.ts";
import { automation, maintainer, repository, startWorld, type World } from "../demo/world.ts";
import { findProcesses, type Kind } from "./processes.ts";

type Comment = ReturnType<World["github"]["comments"]>[number];
type Issue = ReturnType<World["github"]["issue"]>;

/** For tests: the whole pipeline as real processes between the simulators. */
export interface PipelineKit {
  readonly world: World;
  readonly data: string;
  /** The pipeline's process of the moment. */
  pipeline: PipelineProcess;
  /** Starts the pipeline (again) with the same data folder, and waits until it is at work. */
  start(env?: Record<string, string>, args?: string[]): Promise<void>;
  openIssue(title?: string, body?: string): Issue;
  /** 👍 by the maintainer, in a second that is later than the comment's last change. */
  approve(comment: Comment): Promise<void>;
  /** Our visible comments with this marker at their first byte. */
  ours(issue: Issue, marker: string): Comment[];
  waitForPlan(issue: Issue): Promise<Comment>;
  waitForResult(issue: Issue, timeoutMs?: number): Promise<Comment>;
  /** Kills every process of this kind with SIGKILL and answers how many there were. */
  kill(kind: Kind): number;
  /** Waits until there is a process of this kind. */
  waitForProcess(kind: Kind): Promise<void>;
  /** Waits until there is none any more. */
  waitForEnd(kind: Kind): Promise<void>;
  close(): Promise<void>;
}

export const wish = {
  title: "Change the default precision from 2 to 3",
  body: "Please change the default of `--precision` from `2` to `3`, in the code, its tests and the README.",
};

export interface KitOptions {
  /** Changes the world before anything starts. */
  world?: (world: World) => void;
  /** Milliseconds between two events of the model's stream. @default 0 */
  paceMs?: number;
}

export async function startKit(options: KitOptions = {}): Promise<PipelineKit> {
  const folder = await mkdtemp(join(tmpdir(), "froussard-e2e-"));
  const data = join(folder, "pipeline");
  const world = await startWorld({
    folder: join(folder, "github"),
    ...(options.paceMs !== undefined && { paceMs: options.paceMs }),
  });
  options.world?.(world);
  const { github } = world;
  const home = () => github.repository(repository);
  const waitFor = <T>(what: string, look: () => T | undefined | null | false, timeoutMs = 120_000) =>
    github.waitFor(what, look, timeoutMs);
  const kit: PipelineKit = {
    world,
    data,
    // Replaced by start(), which every test calls first.
    pipeline: undefined as unknown as PipelineProcess,
    start: async (env = {}, args = []) => {
      kit.pipeline = startPipeline({
        repository,
        data,
        inherited: process.env,
        env: { ...pipelineEnvironment(world), ...env },
        arguments: args,
      });
      await kit.pipeline.ready;
    },
    openIssue: (title = wish.title, body = wish.body) => github.as(maintainer).openIssue(home(), { title, body }),
    approve: async (comment) => {
      const later = Math.max(comment.createdAt, comment.lastEditedAt ?? 0) + 1_000;
      // A timer may fire a millisecond early, which would be the very second that does not count.
      while (Date.now() < later) await delay(later - Date.now());
      github.as(maintainer).react(comment, "+1");
    },
    ours: (issue, marker) =>
      github
        .comments(issue.repository, issue.number)
        .filter(
          ({ author, body, minimizedReason }) =>
            author.login === automation && !minimizedReason && body?.startsWith(marker),
        ),
    waitForPlan: (issue) => waitFor("the plan comment", () => kit.ours(issue, markers.plan)[0]),
    waitForResult: (issue, timeoutMs) =>
      waitFor("the result comment", () => kit.ours(issue, markers.result)[0], timeoutMs),
    kill: (kind) => {
      const found = findProcesses(data).filter((each) => each.kind === kind);
      return found.filter(({ pid }) => killNow(pid)).length;
    },
    waitForProcess: (kind) => until(() => running(kind), `no ${kind} was seen`),
    waitForEnd: (kind) => until(() => !running(kind), `the ${kind} did not end`),
    close: async () => {
      await kit.pipeline?.stop();
      await world.close();
      if (existsSync(folder)) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  const running = (kind: Kind) => findProcesses(data).some((each) => each.kind === kind);
  async function until(condition: () => boolean, otherwise: string): Promise<void> {
    for (const end = Date.now() + 60_000; !condition(); await delay(10))
      if (Date.now() > end) throw new Error(`${otherwise} within a minute:\n${kit.pipeline.output()}`);
  }
  return kit;
}
