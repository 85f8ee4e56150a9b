import { setTimeout as wait } from "node:timers/promises";

/** Resolves once the condition holds. For programs of tests, which have no test runner. @throws Error after `ms` */
export async function until(condition: () => boolean, ms: number): Promise<void> {
  for (const end = performance.now() + ms; !condition(); await wait(10))
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain for ${condition}`);
}
