/** What came of a question to the API server. */
export type Reading<T> =
  | { kind: "found"; value: T }
  | { kind: "absent" }
  /** Whoever asks lacks the right; `question` is what they may ask with `kubectl`. */
  | { kind: "forbidden"; question: KubectlQuestion }
  | { kind: "failed"; reason: string };

/** What was asked for, in kubectl's words. */
export interface KubectlQuestion {
  verb: "get" | "list";
  /** `secrets`, or `workflows.argoproj.io`. */
  resource: string;
  namespace?: string | undefined;
  name?: string | undefined;
  /** What is no object: its path, for `kubectl get --raw`. */
  path?: string | undefined;
}

/** The line by which a person finds out whether they may look. Pure. */
export function canILine({ verb, resource, namespace, name }: KubectlQuestion): string {
  return `kubectl auth can-i ${verb} ${resource}${name === undefined ? "" : `/${name}`}${namespace === undefined ? "" : ` -n ${namespace}`}`;
}

/** The line by which somebody who may look sees the same. Pure. */
export function lookLine({ resource, namespace, name, path }: KubectlQuestion): string {
  if (path !== undefined) return `kubectl get --raw ${path}`;
  return `kubectl get ${resource}${name === undefined ? "" : ` ${name}`}${namespace === undefined ? "" : ` -n ${namespace}`}`;
}

/** The value where there is one. Pure. */
export function foundIn<T>(reading: Reading<T> | undefined): T | undefined {
  return reading?.kind === "found" ? reading.value : undefined;
}

/** Why there is no answer, for a check that is not made; undefined where the answer is there, or that there is nothing. Pure. */
export function obstacleTo(reading: Reading<unknown>): { because: string; fix?: string } | undefined {
  if (reading.kind === "failed") return { because: `the API server did not tell: ${reading.reason}` };
  if (reading.kind !== "forbidden") return undefined;
  const { question } = reading;
  return {
    because: `you may not ${question.verb} ${question.resource}${question.namespace === undefined ? "" : ` in ${question.namespace}`}`,
    fix: `let somebody who may look: ${lookLine(question)}`,
  };
}
