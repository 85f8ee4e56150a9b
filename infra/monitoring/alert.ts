/** An alert of ours. */
export interface Alert {
  name: `Froussard${string}`;
  /** Critical: the pipeline stands still or loses something; somebody should look now. */
  severity: "critical" | "warning";
  expression: string;
  /** How long the expression must hold, in minutes. */
  forMinutes: number;
  /** What happens, in one line. */
  summary: string;
  /** What that means; may hold Prometheus' templates. */
  description: string;
}
