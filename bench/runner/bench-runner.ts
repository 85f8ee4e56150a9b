import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTask } from "codex-runner/run/run-task";
import { pino } from "pino";
import { type Peaks, watchPeakMemory } from "./peak-memory.ts";
import { type PhaseTimes, phaseTimes, type TimedLine } from "./phases.ts";
import { plainGitMs } from "./plain-git.ts";
import { automation, maintainer, startWorld, type World } from "./world.ts";

export const stages = ["planning", "implementation"] as const;
export type Stage = (typeof stages)[number];

/** One run of one task, beside plain git in the same minute. */
export interface RunnerRun {
  stage: Stage;
  times: PhaseTimes;
  peaks: Peaks;
  plainGitMs: number;
}

export interface RunnerPlan {
  files: number;
  rounds: number;
  /** Where git and Node.js are found. */
  path: string;
}

/**
 * Takes issues the whole way, each stage as `codex-runner run` carries it out on one machine: mediator, sandbox, the real
 * Codex with a simulated model, publishing on a simulated GitHub. @throws Error when a run does not end well
 */
export async function benchRunner(
  { files, rounds, path }: RunnerPlan,
  report: (line: string) => void,
): Promise<RunnerRun[]> {
  report(`a repository of ${files} files is made`);
  const world = await startWorld(files);
  const folder = mkdtempSync(join(tmpdir(), "froussard-bench-"));
  try {
    const runs: RunnerRun[] = [];
    // The first round warms the caches of the system and is not counted.
    for (let round = 0; round <= rounds; round++) {
      const issue = world.github
        .as(maintainer)
        .openIssue(world.repository, { title: "Typo in README", body: "Fix a typo: teh should be the" });
      for (const stage of stages) {
        if (stage === "implementation") approve(world, issue.number);
        const run = await measured(world, { stage, issueNumber: issue.number, folder, path });
        report(`${round}/${rounds} ${stage}: ${JSON.stringify(roundedTimes(run.times))}`);
        if (round > 0) runs.push(run);
      }
    }
    return runs;
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(
  world: World,
  { stage, issueNumber, folder, path }: { stage: Stage; issueNumber: number; folder: string; path: string },
): Promise<RunnerRun> {
  const { github, openaiKey, model } = world;
  const token = github.token(automation);
  const lines: TimedLine[] = [];
  const memory = watchPeakMemory("runner/main.ts");
  const began = performance.now();
  const write = (line: string) => lines.push({ message: JSON.parse(line).msg, at: performance.now() - began });
  const { outcome, code } = await runTask({
    task: { stage, repository: `${maintainer}/large`, issueNumber },
    secrets: { githubToken: token, openaiApiKey: openaiKey },
    settings: {
      path,
      lang: "C.UTF-8",
      codeCache: join(folder, "compiled"),
      passedOn: {
        CODEX_TRIGGER_LOGINS: maintainer,
        GITHUB_API_BASE_URL: github.apiUrl,
        OPENAI_BASE_URL: `${model.url}/v1`,
      },
    },
    stateFolder: join(folder, `${stage}-${issueNumber}`),
    signal: AbortSignal.timeout(10 * 60_000),
    log: pino({ level: "info" }, { write }),
  }).finally(memory.stop);
  const totalMs = performance.now() - began;
  if (outcome !== "done") throw new Error(`the ${stage} of issue ${issueNumber} ended as ${outcome} (${code})`);
  const url = `${github.url}/${maintainer}/large.git`;
  return {
    stage,
    times: phaseTimes(lines, totalMs),
    peaks: memory.peaks,
    plainGitMs: await plainGitMs({ url, token, path, branch: `bench-${stage}-${issueNumber}` }),
  };
}

function approve({ github, repository, pass }: World, issueNumber: number): void {
  const plan = github.comments(repository, issueNumber).find(({ body }) => body?.startsWith("<!-- codex:plan -->"));
  if (!plan) throw new Error(`issue ${issueNumber} has no plan`);
  pass(5);
  github.as(maintainer).react(plan);
  pass(5);
}

function roundedTimes(times: PhaseTimes): Record<string, number> {
  return Object.fromEntries(Object.entries(times).map(([phase, ms]) => [phase, Math.round(ms)]));
}
