import { join, relative } from "node:path";
import type { CodexBinary } from "../codex/codex-binary.ts";
import { type Bubble, inBubble } from "./bubble.ts";
import { type BubbleObstacle, tryBubble } from "./check-bubble.ts";

const root = join(import.meta.dirname, "..", "..");

/**
 * Tries Codex's own sandbox inside the bubble, as a run will use it: a command that does nothing, allowed to read only.
 * Nothing is asked of a model.
 * @returns what stands in the way, or undefined when it works.
 * @throws RunFailure `agent-lost` when the check was killed, which proves nothing.
 */
export function checkCodexSandbox(
  bubble: Bubble,
  codex: CodexBinary,
  timeoutMs = 20_000,
): Promise<BubbleObstacle | undefined> {
  // A program that CODEX_BIN names lies where it lies on the machine.
  const program = codex.version === undefined ? codex.path : join(inBubble.code, relative(root, codex.path));
  const command = [program, "sandbox", "-c", 'sandbox_mode="read-only"', "--", inBubble.node, "--version"];
  const env = { HOME: inBubble.home, TMPDIR: inBubble.temporary, CODEX_HOME: inBubble.codexHome };
  return tryBubble(bubble, command, timeoutMs, env);
}
