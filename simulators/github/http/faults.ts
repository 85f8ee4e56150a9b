/** What shall go wrong, and for which requests. A rule without `times` holds until it is taken back. */
export interface FaultRule {
  method?: string;
  /** Matches the path with query, as sent: a string is the whole path without query, or its beginning if it ends in `*`. */
  path?: RegExp | string;
  /** How many requests it hits. @default all */
  times?: number;
  /** Answers with this status instead of doing what was asked. */
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** Waits before going on. */
  delayMs?: number;
  /** Never answers; the connection stays open until the client gives up. */
  hang?: boolean;
  /** `before`: nothing happens; `after`: what was asked is done, and the answer is lost. */
  dropConnection?: "before" | "after";
}

export class Faults {
  #rules: { rule: FaultRule; left: number }[] = [];

  /** Adds a rule; answers the function that takes it back. */
  inject(rule: FaultRule): () => void {
    const entry = { rule, left: rule.times ?? Number.POSITIVE_INFINITY };
    this.#rules.push(entry);
    return () => {
      this.#rules = this.#rules.filter((candidate) => candidate !== entry);
    };
  }

  /** Takes all rules back. */
  heal(): void {
    this.#rules = [];
  }

  /** The first rule that fits, counted as used. */
  take(method: string, path: string): FaultRule | undefined {
    const entry = this.#rules.find(({ rule, left }) => left > 0 && fits(rule, method, path));
    if (entry) entry.left -= 1;
    return entry?.rule;
  }
}

function fits(rule: FaultRule, method: string, path: string): boolean {
  if (rule.method && rule.method.toUpperCase() !== method) return false;
  if (rule.path === undefined) return true;
  if (rule.path instanceof RegExp) return rule.path.test(path);
  if (rule.path.endsWith("*")) return path.startsWith(rule.path.slice(0, -1));
  return path.split("?")[0] === rule.path;
}
