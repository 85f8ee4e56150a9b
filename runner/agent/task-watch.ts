import { type Every, poll } from "../poll.ts";
import type { Closed } from "../protocol.ts";
import type { MediatorClient } from "./mediator-client.ts";

/** The mediator has closed the task while it was worked on; nobody waits for a result any more. */
export class TaskClosed extends Error {
  readonly answer: Closed;

  constructor(answer: Closed) {
    super(`the task is over: ${answer.code ?? answer.outcome}`);
    this.name = "TaskClosed";
    this.answer = answer;
  }
}

/** Asks now and then whether there is still work; the signal is aborted with {@link TaskClosed} once there is none. */
export function watchTask(
  mediator: Pick<MediatorClient, "task">,
  every: Every,
  onError: (error: unknown) => void,
): { signal: AbortSignal; stop(): void } {
  const closed = new AbortController();
  const stop = poll(every, async () => {
    try {
      const answer = await mediator.task();
      if (answer.state === "closed") closed.abort(new TaskClosed(answer));
    } catch (error) {
      // The result, or the next look, tells what that means.
      onError(error);
    }
  });
  return { signal: closed.signal, stop };
}
