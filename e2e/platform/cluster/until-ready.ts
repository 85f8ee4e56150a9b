import { Resolver } from "node:dns/promises";
import { setTimeout as wait } from "node:timers/promises";
import { isRunning, lastLines } from "./process.ts";
import { runCommand } from "./run-command.ts";
import type { ProcessState, Readiness } from "./state.ts";

/**
 * Resolves once the process does its work.
 * @throws Error with its name and its log's last lines, when it ends or its time is over
 */
export async function untilReady(process: ProcessState, signal?: AbortSignal): Promise<void> {
  const { name, limitSeconds, log } = process;
  const end = performance.now() + limitSeconds * 1000;
  for (;;) {
    signal?.throwIfAborted();
    const problem = await ask(process.ready).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    if (problem === undefined) return;
    if (!isRunning(process)) throw new Error(`${name} ended while it started; its log is ${log}${lastLines(log)}`);
    if (performance.now() > end)
      throw new Error(
        `${name} was not ready within ${limitSeconds} s (${problem}); its log is ${log}${lastLines(log)}`,
      );
    await wait(100);
  }
}

/** @throws Error when it is not ready */
async function ask(ready: Readiness): Promise<void> {
  if ("url" in ready) {
    const answer = await fetch(ready.url, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`${ready.url} answers ${answer.status}`);
  } else if ("resolves" in ready) {
    const resolver = new Resolver({ timeout: 1_000, tries: 1 });
    resolver.setServers([ready.server]);
    await resolver.resolve4(ready.resolves);
  } else await runCommand(ready.command, ready.args, { timeoutMs: 5_000 });
}
