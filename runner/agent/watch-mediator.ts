import { connect } from "node:net";
import { type Every, poll } from "../poll.ts";

/** A mediator that could not be reached so often in a row will not come back. */
const missesUntilGone = 4;
/** More before the first connection: the rules of a NetworkPolicy may come after the pod. */
const missesAtFirst = 10;
/** Below the time between two looks. */
const connectLimitMs = 2_000;

/**
 * Tells when a mediator that is reached over a network has gone for good. Its pod has no second life: the next try has another
 * one at another address, and an agent that went on waiting would outlive the try that it belongs to. Argo Workflows 3.7 then
 * starts one try too many, whose mediator nobody ends (docs/decisions/0025).
 */
export function watchMediator(reach: () => Promise<boolean>, every: Every, onGone: () => void): { stop(): void } {
  let left = missesAtFirst;
  const stop = poll(every, async () => {
    if (await reach()) left = missesUntilGone;
    else if (--left === 0) onGone();
  });
  return { stop };
}

/** Whether somebody takes connections there. */
export function reachable(address: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...address, timeout: connectLimitMs });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}
