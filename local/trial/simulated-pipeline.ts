import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGitHub, type GitHub } from "@froussard/github/client";
import { pipelineEnvironment } from "../demo/command.ts";
import { startPipeline } from "../demo/pipeline-process.ts";
import { startToldLines } from "../demo/told-lines.ts";
import { automation, maintainer, repository, startWorld } from "../demo/world.ts";

/** The simulators with the real one-machine pipeline between them. */
export interface SimulatedPipeline {
  repository: string;
  /** Signed in as the simulated maintainer. */
  github: GitHub;
  /** Login that the pipeline writes with. */
  account: string;
  /** Rejects when the pipeline ends by itself. */
  ended: Promise<never>;
  /** What the pipeline has told, as lines. */
  lines(): string[];
  close(): Promise<void>;
}

/** Starts them all, and waits until the pipeline is at work. @throws Error with the pipeline's words when it is not */
export async function startSimulatedPipeline(inherited: NodeJS.ProcessEnv): Promise<SimulatedPipeline> {
  const folder = await mkdtemp(join(tmpdir(), "froussard-trial-"));
  const world = await startWorld({ folder: join(folder, "github") });
  const told = startToldLines();
  const pipeline = startPipeline({
    ...{ repository, inherited, data: join(folder, "pipeline"), env: pipelineEnvironment(world) },
    onEvent: (event) => told.view.show(event),
    onOther: (message) => told.view.tell({ event: "log", level: "warn", message, fields: {} }),
  });
  const close = async () => {
    await pipeline.stop("SIGINT");
    await world.close();
    await rm(folder, { recursive: true, force: true });
  };
  const ended = new Promise<never>((_, reject) =>
    pipeline.child.once("exit", (code) => reject(new Error(`the pipeline ended (${code})`))),
  );
  // Whoever has what was asked for does not wait for this any more.
  ended.catch(() => {});
  try {
    await pipeline.ready;
  } catch (error) {
    await close();
    throw error;
  }
  const { github } = world;
  return {
    repository,
    github: createGitHub({ token: github.token(maintainer), baseUrl: github.apiUrl, paceWrites: false }),
    account: automation,
    ended,
    lines: told.lines,
    close,
  };
}
