/** Prints each step of a demo with the time since its beginning. */
export interface Steps {
  say(text: string): void;
  /** Lines that a step shows, below it. */
  quote(lines: readonly string[]): void;
  /** Seconds since the beginning. */
  elapsed(): number;
}

export function startSteps(print: (line: string) => void, now: () => number = () => performance.now()): Steps {
  const started = now();
  const elapsed = () => (now() - started) / 1000;
  return {
    elapsed,
    quote: (lines) => print(lines.map((line) => `           │ ${line}`).join("\n")),
    say: (text) => print(`${elapsed().toFixed(1).padStart(6)} s  ${text}`),
  };
}
