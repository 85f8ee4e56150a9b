/** Functions and words of PromQL that our expressions use; whatever else is named like a metric must be one. */
const words = new Set(
  "and by clamp_min histogram_quantile increase label_replace last_over_time max min min_over_time offset or rate sum unless vector".split(
    " ",
  ),
);

/** The metrics that an expression reads. Labels, texts, durations and Grafana's variables are none. */
export function namedMetrics(expression: string): string[] {
  const bare = expression
    .replaceAll(/"[^"]*"/g, "")
    .replaceAll(/\{[^}]*\}/g, "")
    .replaceAll(/\[[^\]]*\]/g, "")
    .replaceAll(/\b(?:by|without|on|ignoring) \([^)]*\)/g, "");
  const found = bare.match(/(?<![\w$])[a-zA-Z_][\w:]*/g) ?? [];
  return [...new Set(found)].filter((word) => !words.has(word));
}
