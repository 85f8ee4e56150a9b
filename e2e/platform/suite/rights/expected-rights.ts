import type { Action } from "./action.ts";

type Right = Pick<Action, "verb" | "resource" | "namespace"> & { group: string };

const argo = (resource: string, namespace: string, ...verbs: readonly Action["verb"][]): Right[] =>
  verbs.map((verb) => ({ verb, group: "argoproj.io", resource, namespace }));

/** Where our objects live. */
export interface OurNamespaces {
  service: string;
  workflows: string;
}

/**
 * What each ServiceAccount (`namespace/name`) of our namespaces needs, and so may do: written down from design §5 and §7, not
 * read from dist/.
 */
export function expectedRights({ service, workflows }: OurNamespaces): Readonly<Record<string, readonly Right[]>> {
  return {
    // "patch" of a trigger looks first, creates what is not there, and merges otherwise.
    [`${workflows}/github-codex-sensor`]: argo("workflows", workflows, "get", "create", "patch"),
    // A run that waits for a lock is no failure.
    [`${service}/froussard-watch`]: argo("workflows", workflows, "get", "list"),
    // What came of a pod, by the container that Argo puts beside ours.
    [`${workflows}/codex-executor`]: argo("workflowtaskresults", workflows, "create", "patch"),
    ...Object.fromEntries(
      [
        `${service}/default`,
        `${service}/froussard-serve`,
        `${workflows}/default`,
        `${workflows}/codex-event-bus`,
        `${workflows}/codex-run`,
        `${workflows}/github-codex-event-source`,
      ].map((account) => [account, []]),
    ),
  };
}
