import type * as z from "zod";
import { type Operations, operations } from "./operations.ts";

/** The operations of the simulated world, each a function that asks its process. */
export type Simulated = {
  readonly [K in keyof Operations]: (
    input: z.input<Operations[K]["input"]>,
  ) => Promise<Awaited<ReturnType<Operations[K]["run"]>>>;
};

/** What the world says of itself. */
export interface WorldFacts {
  /** Base address of the API. */
  github: string;
  model: string;
  githubToken: string;
}

const timeoutMs = 30_000;

/** @throws Error with what the world said */
export function controlClient(url: string): Simulated {
  const call = (name: string) => async (input: unknown) => {
    const response = await fetch(`${url}/${name}`, {
      method: "POST",
      body: JSON.stringify(input),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const answer = (await response.json()) as { error?: string };
    if (!response.ok) throw new Error(`${name}: ${answer.error}`);
    return answer;
  };
  return Object.fromEntries(Object.keys(operations).map((name) => [name, call(name)])) as unknown as Simulated;
}

export async function worldFacts(url: string): Promise<WorldFacts> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  return (await response.json()) as WorldFacts;
}
