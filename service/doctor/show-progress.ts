import type { ReportOutput } from "../checks/show-report.ts";

/** One line that says what is asked now, redrawn in place; nothing where nobody looks. */
export function showProgress(output: ReportOutput, isOn: boolean) {
  const pending = new Set<string>();
  const draw = (text: string) => isOn && output.write(`\r\u001b[K${text}`);
  return {
    step(name: string, done: boolean): void {
      if (done) pending.delete(name);
      else pending.add(name);
      draw(pending.size === 0 ? "" : `looking at ${[...pending].join(", ")} …`);
    },
    end: (): void => void draw(""),
  };
}
