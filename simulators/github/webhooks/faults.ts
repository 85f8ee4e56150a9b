import type { Delivery } from "./hooks.ts";

/** A share of deliveries between 0 and 1, drawn with `seed`, or a decision about each. */
export type Chance = number | ((delivery: Delivery) => boolean);

/** How deliveries go wrong. Redeliveries asked for by hand are spared. */
export interface WebhookFaults {
  /** Recorded as failed, never sent. */
  lose?: Chance;
  /** Sent twice, with the same GUID. */
  repeat?: Chance;
  /** Held back that long. */
  delayMs?: number | ((delivery: Delivery) => number);
  /** Holds back so many and sends them in another order; a rest is sent after 200 ms. */
  reorder?: number;
  /** @default 1 */
  seed?: number;
}

/** The mulberry32 generator: small, seeded, good enough to shuffle. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function happens(chance: Chance | undefined, delivery: Delivery, draw: () => number): boolean {
  if (chance === undefined) return false;
  return typeof chance === "number" ? draw() < chance : chance(delivery);
}

/** Another order than the given one, whenever there are two or more. */
export function shuffled<T>(items: readonly T[], draw: () => number): T[] {
  const mixed = [...items];
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(draw() * (at + 1));
    [mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T];
  }
  return mixed.every((item, at) => item === items[at]) ? mixed.reverse() : mixed;
}
