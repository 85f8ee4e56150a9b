import { setTimeout as delay } from "node:timers/promises";
import { githubFailure } from "../mediator/github-failure.ts";

/**
 * Creates what is not there yet. `create` must not be repeated by the client itself: when its answer is lost, or GitHub
 * answers an error of its own, the thing may have been made, so we wait, look, and only then try again.
 * @param retryDelays waits before looking again; their number bounds the tries. Milliseconds.
 * @throws RunFailure
 */
export async function createOnce<T>(input: {
  doing: string;
  find: () => Promise<T | undefined>;
  create: () => Promise<T>;
  retryDelays: readonly number[];
  signal?: AbortSignal | undefined;
}): Promise<T> {
  const { doing, find, create, retryDelays, signal } = input;
  const found = await find();
  if (found !== undefined) return found;
  for (let attempt = 0; ; attempt++) {
    try {
      return await create();
    } catch (error) {
      const failure = githubFailure(error, doing);
      const wait = retryDelays[attempt];
      if (failure.code !== "github-unavailable" || wait === undefined) throw failure;
      await delay(wait, undefined, { signal });
      const made = await find();
      if (made !== undefined) return made;
    }
  }
}
