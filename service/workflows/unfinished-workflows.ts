import { taskIdPattern } from "@froussard/contract";
import type { Clock } from "../clock.ts";

/** Names of Workflows that have not finished, and where the next page begins. */
export interface WorkflowPage {
  names: readonly string[];
  next?: string;
}

/** Lists one page of the Workflows that have not finished. @throws ExpiredList when the list must begin anew */
export type ListWorkflows = (next: string | undefined, signal: AbortSignal) => Promise<WorkflowPage>;

/** The pages that were begun are not kept any more. */
export class ExpiredList extends Error {}

export interface UnfinishedOptions {
  clock: Clock;
  /** One answer serves everybody who asks within this time, so that a busy loop does not ask for each issue. @default 1_000 */
  cacheMs?: number;
  /** For all pages of a list together. @default 10_000 */
  withinMs?: number;
}

/**
 * Ids of the tasks whose Workflow waits or runs, for {@link nextTask}: such a task is neither published again nor told as
 * failed. When it cannot be asked nobody may guess: the returned function rejects, and the issue is considered later.
 */
export function unfinishedWorkflows(
  list: ListWorkflows,
  { clock, cacheMs = 1_000, withinMs = 10_000 }: UnfinishedOptions,
): () => Promise<ReadonlySet<string>> {
  let last: { names: ReadonlySet<string>; at: number } | undefined;
  let asking: Promise<ReadonlySet<string>> | undefined;

  async function ask(): Promise<ReadonlySet<string>> {
    // The time of the question, for that is how old the answer may be.
    const at = clock.now().getTime();
    const names = new Set((await listAll(list, withinMs)).filter((name) => taskIdPattern.test(name)));
    last = { names, at };
    return names;
  }

  return () => {
    if (last && clock.now().getTime() - last.at < cacheMs) return Promise.resolve(last.names);
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

/** How often a list whose pages expire in between is begun anew. */
const beginnings = 3;

async function listAll(list: ListWorkflows, withinMs: number): Promise<string[]> {
  const signal = AbortSignal.timeout(withinMs);
  for (let beginning = 1; ; beginning++) {
    try {
      const names: string[] = [];
      let next: string | undefined;
      do {
        signal.throwIfAborted();
        const page = await list(next, signal);
        names.push(...page.names);
        next = page.next;
      } while (next !== undefined);
      return names;
    } catch (error) {
      if (!(error instanceof ExpiredList) || beginning === beginnings) throw error;
    }
  }
}
