import { openCodex } from "./open-codex.ts";
import { recordArguments } from "./record-arguments.ts";
import { recordEnds } from "./record-ends.ts";
import { recordCredentials, recordModes, recordSandbox } from "./record-modes.ts";
import { recordTurns } from "./record-turns.ts";
import type { Recording } from "./recording.ts";

const parts = {
  arguments: recordArguments,
  turns: recordTurns,
  modes: recordModes,
  ends: recordEnds,
  credentials: recordCredentials,
  sandbox: recordSandbox,
};
export type Part = keyof typeof parts;
export const allParts = Object.keys(parts) as Part[];

/** Finds out what a Codex program does, against a simulated model; some seconds. */
export async function recordContract(program: string, wanted: readonly Part[] = allParts): Promise<Recording> {
  const codex = openCodex(program);
  try {
    const recording: Recording = {};
    for (const part of wanted) Object.assign(recording, await parts[part](codex));
    return recording;
  } finally {
    codex.close();
  }
}
