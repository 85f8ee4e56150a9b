import { randomUUID } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import type { HappeningOf } from "../store/happening.ts";
import type { Repository } from "../store/records.ts";
import type { Store } from "../store/store.ts";
import { happens, random, shuffled, type WebhookFaults } from "./faults.ts";
import { payloadOf } from "./payload.ts";
import { hookPing } from "./present.ts";
import { deliveryHeaders, send } from "./send.ts";

export interface Hook {
  readonly id: number;
  readonly repository: Repository;
  readonly url: string;
  readonly secret: string | null;
  /** Event names, or `*` for all. */
  readonly events: readonly string[];
  active: boolean;
  readonly createdAt: number;
}

export interface Delivery {
  readonly id: number;
  /** `X-GitHub-Delivery`: a redelivery keeps it. */
  readonly guid: string;
  readonly hook: Hook;
  readonly event: string;
  readonly action: string | null;
  /** The body, byte for byte. */
  readonly body: string;
  readonly redelivery: boolean;
  readonly headers: Record<string, string>;
  deliveredAt: number;
  /** `OK` for a 2xx; null while under way. */
  status: string | null;
  statusCode: number;
  durationMs: number;
  responseHeaders: Record<string, string>;
  responseBody: string;
}

const reorderHoldMs = 200;

/** Webhooks of all repositories and their deliveries. GitHub sends each once, waits 10 s, and never again by itself. */
export class Hooks {
  /** May be changed at any time. */
  faults: WebhookFaults = {};
  readonly #store: Store;
  readonly #hooks: Hook[] = [];
  readonly #deliveries: Delivery[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #held: Delivery[] = [];
  #draw: { seed: number; next: () => number } | undefined;

  constructor(store: Store) {
    this.#store = store;
    store.onHappening((happening) => this.#dispatch(happening));
  }

  /** Adds a webhook and sends its `ping`. */
  add(repository: Repository, input: { url: string; secret?: string; events: readonly string[] }): Hook {
    const hook: Hook = {
      id: this.#store.nextId("hook"),
      repository,
      url: input.url,
      secret: input.secret ?? null,
      events: [...input.events],
      active: true,
      createdAt: this.#store.now(),
    };
    this.#hooks.push(hook);
    this.#track(this.#launch(this.#record(hook, { event: "ping", body: JSON.stringify(hookPing(this.#store, hook)) })));
    return hook;
  }

  of(repository: Repository): Hook[] {
    return this.#hooks.filter((hook) => hook.repository === repository);
  }

  /** Oldest first. */
  deliveries(hook: Hook): Delivery[] {
    return this.#deliveries.filter((delivery) => delivery.hook === hook);
  }

  /** Sends the same body under the same GUID again. @throws {Error} when there is no such delivery */
  redeliver(deliveryId: number): Delivery {
    const old = this.#deliveries.find(({ id }) => id === deliveryId);
    if (!old) throw new Error(`no delivery ${deliveryId}: take an id from deliveries()`);
    const again = this.#record(old.hook, { ...old, redelivery: true });
    this.#track(this.#send(again));
    return again;
  }

  /** Resolves when nothing is under way or held back any more. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.settled();
  }

  #dispatch(happening: HappeningOf): void {
    const hooks = this.#hooks.filter(
      (hook) =>
        hook.active &&
        hook.repository === happening.repository &&
        (hook.events.includes("*") || hook.events.includes(happening.event)),
    );
    if (hooks.length === 0) return;
    const payload = payloadOf(this.#store, happening);
    const deliver = async (): Promise<void> => {
      const body = JSON.stringify(payload instanceof Promise ? await payload : payload);
      const { event, action } = happening;
      await Promise.all(hooks.map((hook) => this.#launch(this.#record(hook, { event, action, body }))));
    };
    this.#track(deliver());
  }

  #record(
    hook: Hook,
    made: { event: string; action?: string | null; body: string; guid?: string; redelivery?: boolean },
  ): Delivery {
    const guid = made.guid ?? randomUUID();
    const delivery: Delivery = {
      id: this.#store.nextId("delivery"),
      guid,
      hook,
      event: made.event,
      action: made.action ?? null,
      body: made.body,
      redelivery: made.redelivery ?? false,
      headers: deliveryHeaders(hook, { guid, event: made.event, body: made.body }),
      deliveredAt: this.#store.now(),
      status: null,
      statusCode: 0,
      durationMs: 0,
      responseHeaders: {},
      responseBody: "",
    };
    this.#deliveries.push(delivery);
    return delivery;
  }

  /** Sends a delivery for the first time, through the faults. */
  async #launch(delivery: Delivery): Promise<void> {
    const { lose, repeat, delayMs, reorder } = this.faults;
    if (happens(lose, delivery, () => this.#random())) {
      delivery.status = "failed to connect to host";
      delivery.statusCode = 502;
      this.#store.changed();
      return;
    }
    const copies = happens(repeat, delivery, () => this.#random()) ? 2 : 1;
    const delay = typeof delayMs === "function" ? delayMs(delivery) : (delayMs ?? 0);
    if (delay > 0) await this.#wait(delay);
    for (let copy = 0; copy < copies; copy++) {
      if (reorder === undefined) await this.#send(delivery);
      else this.#hold(delivery, reorder);
    }
  }

  #hold(delivery: Delivery, size: number): void {
    this.#held.push(delivery);
    if (this.#held.length >= size) this.#release();
    else if (this.#held.length === 1) this.#track(this.#wait(reorderHoldMs).then(() => this.#release()));
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    const sendAll = async (): Promise<void> => {
      for (const delivery of shuffled(held, () => this.#random())) await this.#send(delivery);
    };
    this.#track(sendAll());
  }

  async #send(delivery: Delivery): Promise<void> {
    await send(delivery, this.#closing.signal);
    this.#store.changed();
  }

  #random(): number {
    const seed = this.faults.seed ?? 1;
    if (this.#draw?.seed !== seed) this.#draw = { seed, next: random(seed) };
    return this.#draw.next();
  }

  async #wait(milliseconds: number): Promise<void> {
    // An abort only means that the simulator closes: what was waited for is then sent into the aborted signal.
    await wait(milliseconds, undefined, { signal: this.#closing.signal }).catch(() => {});
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}
