import type { Check } from "./verify-result.ts";

/** What a trial tells while it goes on; with `--json` one of these a line. Times are milliseconds since its beginning. */
export type TrialEvent =
  | { event: "began"; repository: string; person: string; simulated: boolean; pollMs: number }
  | { event: "opened"; issue: string; number: number }
  | { event: "seen"; hop: string; what: string; atMs: number; tookMs: number; url?: string }
  /** A person has to do something now. */
  | { event: "asked"; url: string; minutes: number }
  | { event: "reacted"; url: string; by: string }
  | { event: "warning"; message: string }
  | ({ event: "checked" } & Check)
  | { event: "cleaned"; what: string }
  | { event: "left"; what: string; reason: string }
  | { event: "failed"; message: string; look: readonly string[] }
  | { event: "ended"; ok: boolean; tookMs: number };

export type TellTrial = (event: TrialEvent) => void;
