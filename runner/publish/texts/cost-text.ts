import { visibleLine } from "@froussard/contract";
import type { Ledger } from "../../mediator/ledger.ts";
import { codeSpan } from "../../render/code-text.ts";
import { count, counted, duration, shortHash } from "./words.ts";

/** What a run has cost so far, in a few words; plain text. */
export function costText(ledger: Ledger | undefined): string {
  if (!ledger) return "not known, for the run left no record";
  const { inputTokens, outputTokens, requests, seconds, estimated, cost } = ledger;
  if (requests === 0) return `nothing was asked of the model, ${duration(seconds)}`;
  const tokens = `${count(inputTokens + outputTokens)} tokens`;
  const sum = estimated ? `at most ${tokens} (within the reservation, estimated)` : tokens;
  const price = cost === undefined ? [] : [`${estimated ? "at most " : ""}${cost}`];
  return [sum, duration(seconds), ...price].join(", ");
}

/** With what a run was made, and what it used of it: entries of a list, for those who look closer. */
export function ledgerEntries(ledger: Ledger): string[] {
  const { model, effort, codexVersion, sandbox, proof, promptSha256, requests, estimatedTokens, reservedTokens } =
    ledger;
  const { inputTokens, cachedInputTokens, cacheWriteTokens, outputTokens, reasoningTokens } = ledger;
  const written = cacheWriteTokens > 0 ? `, ${count(cacheWriteTokens)} written to the cache` : "";
  const made = [
    codeSpan(visibleLine(model)),
    ...(effort ? [`effort ${effort}`] : []),
    ...(codexVersion ? [`Codex ${codeSpan(codexVersion)}`] : []),
    ...(sandbox ? [`sandbox policy ${codeSpan(sandbox)}${proofText(proof)}`] : []),
    ...(promptSha256 ? [`prompt with SHA-256 ${shortHash(promptSha256)}`] : []),
  ];
  const used = [
    `${count(inputTokens)} tokens in (${count(cachedInputTokens)} cached${written})`,
    `${count(outputTokens)} out (${count(reasoningTokens)} of them thought)`,
    counted(requests, "request"),
    ...(reservedTokens > 0 ? [`${count(reservedTokens)} were reserved beforehand`] : []),
    ...(estimatedTokens > 0 ? [`${count(estimatedTokens)} are the reservation of answers that were cut`] : []),
  ];
  return [`- Made with ${made.join(", ")}`, ...(requests > 0 ? [`- Used: ${used.join(", ")}`] : [])];
}

/** What the canary showed before the model was asked, by count, and what it could not show, by name. */
function proofText(proof: Ledger["proof"]): string {
  if (!proof) return "";
  const missing = proof.unproven.length > 0 ? `; not proven: ${proof.unproven.join(", ")}` : "";
  return ` (${counted(proof.proven.length, "point")} proven beforehand${missing})`;
}
