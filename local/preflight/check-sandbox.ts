import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CodexBinary } from "codex-runner/codex/codex-binary";
import type { Bubble } from "codex-runner/sandbox/bubble";
import { inBubble } from "codex-runner/sandbox/bubble";
import { apparmorProfile, type BubbleObstacle, bubblewraps, tryBubble } from "codex-runner/sandbox/check-bubble";
import { checkCodexSandbox } from "codex-runner/sandbox/check-codex-sandbox";
import { makeBubble } from "codex-runner/sandbox/make-bubble";
import { check } from "froussard/checks/finding";
import type { Finding } from "./finding.ts";

export interface SandboxQuestions {
  codex: CodexBinary;
  path: string;
  readablePaths: readonly string[];
  timeoutMs: number;
}

/** Makes the agent's bubble as a run will, and tries Codex's own sandbox inside. */
export async function checkSandbox({ codex, path, readablePaths, timeoutMs }: SandboxQuestions): Promise<Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), "froussard-preflight-"));
  const skipped = check("codex-sandbox").skipped("the agent's sandbox cannot be made");
  try {
    let problem: { obstacle: BubbleObstacle; bwrap: string } | undefined;
    for (const bwrap of bubblewraps(codex.bwrap)) {
      const bubble: Bubble = await makeBubble({
        bwrap,
        codex,
        node: process.execPath,
        path,
        folder: join(folder, "agent"),
        morePaths: readablePaths,
      });
      const obstacle = await tryBubble(bubble, [inBubble.node, "--version"], timeoutMs);
      if (!obstacle)
        return [
          check("sandbox").ok(bwrap === codex.bwrap ? "works" : `works with ${bwrap}`),
          judgeInner(await checkCodexSandbox(bubble, codex, timeoutMs)),
        ];
      problem ??= { obstacle, bwrap };
    }
    return [problem ? judgeObstacle(problem.obstacle, problem.bwrap) : noBubblewrap, skipped];
  } catch (error) {
    // A readable path that is not there, or a check that was killed: both say what to do.
    return [check("sandbox").fault((error as Error).message, "correct that, and try again"), skipped];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const noBubblewrap = check("sandbox").fault(
  "bubblewrap, of which the sandbox is made, was not found: CODEX_BIN names a program that brings none along",
  "install it (Debian and Ubuntu: sudo apt install bubblewrap), or unset CODEX_BIN",
);

/** What keeps the bubble from being made, with the fix for this machine. Pure. */
export function judgeObstacle(obstacle: BubbleObstacle, bwrap: string): Finding {
  const { message, cause, fix, apparmor } = obstacle;
  const profile = apparmor ? `. Narrower, for bubblewrap alone:\n${apparmorProfile(bwrap)}` : "";
  return check("sandbox").fault(`${cause} (${message})`, `${fix}${profile}`);
}

/** Pure. */
export function judgeInner(obstacle: BubbleObstacle | undefined): Finding {
  const inner = check("codex-sandbox");
  if (!obstacle) return inner.ok("Codex's own sandbox works inside");
  const { cause, fix, message } = obstacle;
  return inner.fault(`Codex's own sandbox cannot be made inside the agent's: ${cause} (${message})`, fix);
}
