import { setTimeout as wait } from "node:timers/promises";
import { type Drawing, type DrawnDelivery, drawChain } from "./draw-delivery.ts";
import { postDelivery } from "./post-delivery.ts";
import type { Receiver } from "./replica.ts";
import { isAccepted, type SentDelivery } from "./sent-delivery.ts";

/** Sends deliveries as GitHub and its people do, to whoever is up. */
export interface Sender {
  /** All that were ever sent, by id. */
  sent: ReadonlyMap<string, SentDelivery>;
  /** Sends no new deliveries, but those again that are to be, as long as somebody is up. */
  stop(): Promise<void>;
}

const most = 64;
/** Every sender's pause grows with their number, so that the load stays about the same. Milliseconds. */
const pauseMs = 16;

/**
 * Between 1 and 64 deliveries at a time, a number that changes every few seconds. Nothing is tried again at once; of
 * those that failed a half are redelivered later, and a few of those that did not, with the same id and the same bytes.
 */
export function startSender(of: Drawing, receivers: readonly Receiver[]): Sender {
  const { draw } = of;
  const sent = new Map<string, SentDelivery>();
  const again: { at: number; drawn: DrawnDelivery }[] = [];
  let count = 0;
  let turn = 0;
  let atOnce = 16;
  let stopped = false;
  const change = setInterval(() => {
    atOnce = draw.pick([1, 4, 16, most]);
  }, 4_000);

  const send = async (drawn: DrawnDelivery): Promise<boolean> => {
    const up = receivers.filter(({ isUp }) => isUp);
    const receiver = up[turn++ % up.length];
    if (!receiver) return false;
    sent.set(drawn.sent.id, drawn.sent);
    const { life } = receiver;
    const result = await postDelivery(receiver.port, receiver.agent, drawn);
    const accepted = isAccepted(result);
    if (accepted) life.acceptedAt.push(result.endedAt);
    if (draw.chance(accepted ? 0.03 : 0.5)) again.push({ at: performance.now() + draw.below(12_000), drawn });
    return accepted;
  };
  const due = (): DrawnDelivery | undefined => {
    const found = again.findIndex(({ at }) => stopped || at < performance.now());
    return found < 0 ? undefined : again.splice(found, 1)[0]?.drawn;
  };
  const run = async (index: number) => {
    while (!stopped || (again.length > 0 && receivers.some(({ isUp }) => isUp))) {
      const redelivered = index < atOnce ? due() : undefined;
      if (redelivered) await send(redelivered);
      else if (!stopped && index < atOnce)
        for (const drawn of drawChain(of, () => `d-${++count}`)) if (!(await send(drawn))) break;
      await wait(index < atOnce ? draw.below(pauseMs * atOnce) : 50);
    }
  };
  const running = Array.from({ length: most }, (_, index) => run(index));
  return {
    sent,
    async stop() {
      stopped = true;
      await Promise.all(running);
      clearInterval(change);
    },
  };
}
