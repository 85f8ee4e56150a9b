import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import type { Stage } from "@froussard/contract";
import type { ModelScript } from "@froussard/simulators/model/script";
import { startModel } from "@froussard/simulators/model/start-model";
import { findCodex } from "../../codex/codex-binary.ts";
import { changeReportSchema, planSchema } from "../../plan.ts";
import { outputSchema } from "../../prompt/output-schema.ts";
import type { RunResult, Work } from "../../protocol.ts";
import { agentEnvironment, programFolders } from "../../run/environments.ts";
import { bubbleArguments, inBubble } from "../../sandbox/bubble.ts";
import { limitedCommand, limitingPrograms } from "../../sandbox/limited-command.ts";
import { makeBubble } from "../../sandbox/make-bubble.ts";
import { commitAll, type FakeMediator, startFakeMediator } from "./fake-mediator.ts";

export const testBearer = "bearer-canary-0123456789abcdef0123456789abcdef";

export function workOf(stage: Stage, codex: Partial<Work["codex"]> = {}): Work {
  return {
    state: "work",
    taskId: `codex-${stage}-1-0123456789abcdef`,
    stage,
    prompt: "Do as the issue says.",
    // The stand-in for the mediator names the commit that it has.
    baseCommit: "0".repeat(40),
    outputSchema: outputSchema(stage === "planning" ? planSchema : changeReportSchema),
    codex: { model: "gpt-6.1-sol", effort: "high", webSearch: "disabled", sandbox: "require", ...codex },
    deadlineMs: 60_000,
    idleMs: 30_000,
  };
}

const testLimits = { processes: 2_000, memoryMiB: 4_000, diskMiB: 2_000 };

/** What is left of a run. */
export interface BubbleRun {
  exitCode: number | null;
  log: string;
  result: RunResult | undefined;
  progress: unknown[];
  /** Bodies of everything that went to the model, in order. */
  modelRequests: string[];
  tunnels: FakeMediator["tunnels"];
  bearers: string[];
}

/**
 * Runs the real agent with the real Codex in the real bubble, as `runTask` does, against a scripted model and a stand-in
 * for the mediator. `script` gets the temporary folder that holds `files`.
 */
export async function runInBubble(input: {
  task: Work;
  script: (folder: string) => ModelScript;
  /** The repository's files, by path. */
  repository: Record<string, string>;
  /** Other files on the machine, by path under the temporary folder. */
  files?: Record<string, string>;
  /** What the agent may read besides (`CODEX_READABLE_PATHS`): absolute, or under the temporary folder. */
  readable?: readonly string[];
  /** Another Codex program (`CODEX_BIN`): absolute, or under the temporary folder, as prepared by the function. */
  codex?: (folder: string) => string;
}): Promise<BubbleRun> {
  const folder = mkdtempSync(join(tmpdir(), "agent-test-"));
  const write = (root: string, files: Record<string, string>) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content, { mode: content.startsWith("#!") ? 0o755 : 0o644 });
    }
  };
  const source = join(folder, "source");
  write(source, input.repository);
  write(folder, input.files ?? {});
  const readablePaths = (input.readable ?? []).map((path) => resolve(folder, path));
  commitAll(source);
  const model = await startModel({ script: input.script(folder) });
  const socket = join(folder, "mediator.sock");
  const mediator = await startFakeMediator({
    task: input.task,
    workspace: source,
    modelUrl: model.url,
    socketPath: socket,
  });
  try {
    const own = input.codex && resolve(folder, input.codex(folder));
    const codex = findCodex(own);
    const bubble = await makeBubble({
      bwrap: codex.bwrap ?? findCodex().bwrap ?? "/usr/bin/bwrap",
      codex,
      socket,
      node: process.execPath,
      path: process.env["PATH"] ?? "",
      folder: join(folder, "agent"),
      morePaths: readablePaths,
    });
    const program = `import { agentCommand } from "${inBubble.code}/runner/agent/command.ts"; await agentCommand().parseAsync();`;
    const command = [inBubble.node, "--input-type=module", "--eval", program, "--", "--alone"];
    if (own !== undefined) command.push("--codex", own);
    const args = bubbleArguments(bubble, limitedCommand(command, testLimits, {}, limitingPrograms));
    const agent = spawn(bubble.bwrap, args, {
      env: agentEnvironment({ lang: "C.UTF-8", bearer: testBearer, programFolders: programFolders(readablePaths) }),
      stdio: ["ignore", "inherit", "pipe"],
    });
    const exited = new Promise<number | null>((resolve) => agent.once("close", resolve));
    const log = await text(agent.stderr);
    return {
      exitCode: await exited,
      log,
      result: mediator.results[0],
      progress: mediator.progress,
      modelRequests: mediator.modelRequests,
      tunnels: mediator.tunnels,
      bearers: [...mediator.bearers],
    };
  } finally {
    await mediator.close();
    await model.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
