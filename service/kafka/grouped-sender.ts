import { setTimeout as wait } from "node:timers/promises";
import { within } from "../serve/within.ts";
import { explainKafkaError, type KafkaFault } from "./explain-kafka-error.ts";
import { groupLength, type Member } from "./group-length.ts";
import { PublishError } from "./publish-error.ts";
import type { SizedRecord } from "./sized-record.ts";

export interface SenderOptions {
  /** Resolves once all of the records are durable. Called again only after it settled, or after `attemptMs`. */
  send(records: readonly SizedRecord[]): Promise<void>;
  /** A send of these records failed, or hangs. The next one should start afresh. */
  onFault(fault: KafkaFault, error: unknown, records: readonly SizedRecord[]): void;
  /** A send of these records was acknowledged. */
  onAcknowledged(records: readonly SizedRecord[]): void;
  /** Publishes that wait, and their bytes, at most; beyond that they are refused. @default 5_000 and 32 MiB */
  maxWaiting?: number;
  maxBytes?: number;
  /** Of one topic in one send, well below the topic's `max.message.bytes`. @default 512 KiB */
  groupBytes?: number;
  /** A send that takes longer counts as failed: what one new connection and two tries take. @default 5_000 */
  attemptMs?: number;
  /** Between a send that failed and the next. @default 200 */
  pauseMs?: number;
}

interface Waiting extends Member {
  records: readonly SizedRecord[];
  alone: boolean;
  bytes: number;
  settled: boolean;
  settle(error?: Error): void;
}

/**
 * One send at a time; what is published meanwhile waits and goes out together in the next one, so nobody is held up for
 * company. When a send fails, those of its members that still have time are sent again: each alone where one of them may
 * be the cause, so that no record fails its neighbours. Every publish settles in its own time, whatever the client does.
 */
export class GroupedSender {
  readonly #options: Required<SenderOptions>;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #sending: Promise<void> | undefined;
  #closed = false;
  #givenUp = false;
  /** Of the last send, when it failed. */
  #fault: KafkaFault | undefined;

  constructor(options: SenderOptions) {
    this.#options = {
      maxWaiting: 5_000,
      maxBytes: 32 * 1024 * 1024,
      groupBytes: 512 * 1024,
      attemptMs: 5_000,
      pauseMs: 200,
      ...options,
    };
  }

  /** @throws PublishError */
  publish(records: readonly SizedRecord[], withinMs: number): Promise<void> {
    const { maxWaiting, maxBytes } = this.#options;
    const bytes = records.reduce((sum, record) => sum + record.bytes, 0);
    if (this.#closed) return Promise.reject(new PublishError("CLOSED", "the service is ending"));
    if (this.#waiting.length >= maxWaiting || (this.#bytes > 0 && this.#bytes + bytes > maxBytes))
      return Promise.reject(new PublishError("QUEUE_FULL", `${this.#bytes} bytes wait for Kafka already`));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#bytes += bytes;
    const waiting: Waiting = {
      records,
      bytes,
      alone: false,
      settled: false,
      settle: (error) => {
        if (waiting.settled) return;
        waiting.settled = true;
        clearTimeout(timer);
        this.#bytes -= bytes;
        if (error) reject(error);
        else resolve();
      },
    };
    const timer = setTimeout(() => {
      const why = this.#fault ? `: ${this.#fault.advice}` : "";
      waiting.settle(new PublishError(this.#fault?.code ?? "TOO_LATE", `not in Kafka within ${withinMs} ms${why}`));
      this.#waiting = this.#waiting.filter((each) => each !== waiting);
    }, withinMs);
    this.#waiting.push(waiting);
    this.#sending ??= this.#sendAll();
    return promise;
  }

  /** Takes nothing more, sends what waits within `graceMs`, and refuses the rest. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    const stop = new AbortController();
    await Promise.race([this.#sending, wait(graceMs, undefined, { signal: stop.signal }).catch(() => {})]);
    stop.abort();
    this.#givenUp = true;
    for (const each of this.#waiting.splice(0)) each.settle(new PublishError("CLOSED", "the service is ending"));
  }

  async #sendAll(): Promise<void> {
    const { attemptMs, groupBytes, onAcknowledged, onFault, pauseMs, send } = this.#options;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, groupLength(this.#waiting, groupBytes));
      const records = group.flatMap((each) => each.records);
      try {
        await within("the send", attemptMs, () => send(records));
        this.#fault = undefined;
        for (const each of group) each.settle();
        onAcknowledged(records);
      } catch (error) {
        const fault = explainKafkaError(error);
        this.#fault = fault;
        onFault(fault, error, records);
        const again = this.#afterFault(group, fault);
        this.#waiting.unshift(...again);
        if (again.length > 0 && fault.retry === "group") await wait(pauseMs);
      }
    }
    // In the same turn as the look at what waits: whoever comes next must start it again.
    this.#sending = undefined;
  }

  /** Settles those that get no other chance; the others, in their order. */
  #afterFault(group: readonly Waiting[], fault: KafkaFault): Waiting[] {
    const hopeless = fault.retry === "no" || (fault.retry === "alone" && group.length === 1);
    if (this.#givenUp) for (const each of group) each.settle(new PublishError("CLOSED", "the service is ending"));
    else if (hopeless) for (const each of group) each.settle(PublishError.of(fault));
    else if (fault.retry === "alone") for (const each of group) each.alone = true;
    return group.filter(({ settled }) => !settled);
  }
}
