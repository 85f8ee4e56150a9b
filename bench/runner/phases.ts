/** The parts of a run of one task, in order; each ends with something that the runner logs. */
export const phases = ["mediator", "working copy", "sandbox", "codex", "publishing"] as const;
export type Phase = (typeof phases)[number];

/** What the log says at the end of each phase but the last, which ends with the run. */
const endings: Readonly<Record<Exclude<Phase, "publishing">, string>> = {
  mediator: "task confirmed",
  "working copy": "working copy is there",
  sandbox: "sandbox is proven",
  codex: "codex ended",
};

/** Milliseconds of each phase. */
export type PhaseTimes = Record<Phase, number>;

/** A line of the runner's log, with when it came. */
export interface TimedLine {
  message: string;
  /** Milliseconds since the run began. */
  at: number;
}

/** Cuts a run into its phases. @throws Error that names what the log does not say */
export function phaseTimes(lines: readonly TimedLine[], totalMs: number): PhaseTimes {
  let before = 0;
  const times = phases.map((phase): [Phase, number] => {
    const began = before;
    before = phase === "publishing" ? totalMs : endOf(lines, endings[phase]);
    return [phase, before - began];
  });
  return Object.fromEntries(times) as PhaseTimes;
}

function endOf(lines: readonly TimedLine[], message: string): number {
  const line = lines.find((each) => each.message === message);
  if (!line) throw new Error(`the runner's log has no line "${message}"`);
  return line.at;
}

/** All but Codex's own time. Milliseconds. */
export function overheadMs(times: PhaseTimes): number {
  return phases.reduce((sum, phase) => (phase === "codex" ? sum : sum + times[phase]), 0);
}
