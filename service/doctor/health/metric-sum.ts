/** The sum of a metric over its labels, in Prometheus' text form; undefined where the text has no such metric. Pure. */
export function metricSum(text: string, name: string): number | undefined {
  const isKnown = new RegExp(`^# TYPE ${name} `, "m").test(text);
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, "gm"))].map(([, value]) =>
    Number(value),
  );
  // Without any label a counter has no line yet.
  return isKnown ? values.reduce((sum, value) => sum + value, 0) : undefined;
}
