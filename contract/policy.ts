/** Who may decide, and what starts planning; the same for service and runner. */
export interface Policy {
  /** Numeric ids of the listed accounts. Logins change hands, ids do not. */
  approverIds: readonly number[];
  trigger: PlanTrigger;
}

/**
 * What makes an issue planned by itself: being opened by a listed account, a label put on by a listed account, or
 * nothing (then only `/plan` does).
 */
export type PlanTrigger = { kind: "author" } | { kind: "label"; label: string } | { kind: "command" };

/** Reads `CODEX_PLAN_TRIGGER`: `author`, `command` or `label:<name>`; undefined when it is none of them. */
export function parsePlanTrigger(text: string): PlanTrigger | undefined {
  if (text === "author" || text === "command") return { kind: text };
  const label = /^label:(.{1,50})$/.exec(text)?.[1];
  return label === undefined ? undefined : { kind: "label", label };
}
