/** The selector `{…}` of series with exactly these labels; a value that begins with `!` or `~` is compared by that. */
export function selector(labels: Readonly<Record<string, string>>): string {
  const matchers = Object.entries(labels).map(([name, value]) => {
    const [, operator = "", text = ""] = /^([!~]?)(.*)$/.exec(value) ?? [];
    return `${name}${{ "": "=", "!": "!=", "~": "=~" }[operator]}"${text}"`;
  });
  return `{${matchers.join(",")}}`;
}

/**
 * By how much a counter has grown in a window. Unlike `increase` alone it counts a series' first value too, where that
 * appeared within the window: a counter of rare events may be born with its first event. A series that was not read for
 * less than a quarter of an hour before the window is an old one: one read that failed makes nothing new.
 */
export function grown(series: string, window: string): string {
  return `((${series} unless last_over_time(${series}[15m] offset ${window})) or increase(${series}[${window}]))`;
}

/** The same as a rate over Grafana's own interval, for graphs. */
export function ratePerMinute(series: string): string {
  return `60 * rate(${series}[$__rate_interval])`;
}
