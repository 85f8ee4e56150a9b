import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Recording, recordingSchema } from "./recording.ts";

/** What the pinned Codex does, as far as the runner and the mediator build on it; committed. */
export const contractFile = join(import.meta.dirname, "..", "contract.json");

export function readContract(): Recording {
  return recordingSchema.parse(JSON.parse(readFileSync(contractFile, "utf8")));
}
