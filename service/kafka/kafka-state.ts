import { errorFields } from "../error-fields.ts";
import type { ServiceLog } from "../service-log.ts";
import type { KafkaFault } from "./explain-kafka-error.ts";

type Source = "check" | "publish";

/** What is known of Kafka from looking at it and from publishing. Each change is logged once, with what to do. */
export class KafkaState {
  readonly #log: ServiceLog;
  readonly #faults = new Map<Source, KafkaFault>();
  #known = false;

  constructor(log: ServiceLog) {
    this.#log = log;
  }

  /** Why records cannot be published, as far as looking says: publishing alone finds out about single topics. */
  get notReady(): string | undefined {
    if (!this.#known) return "kafka has not answered yet";
    const fault = this.#faults.get("check");
    return fault && `kafka: ${fault.advice}`;
  }

  failed(source: Source, fault: KafkaFault, error: unknown): void {
    this.#known = true;
    const told = [...this.#faults.values()].some(({ code }) => code === fault.code);
    this.#faults.set(source, fault);
    if (!told) this.#log.error({ code: fault.code, ...errorFields(error) }, fault.advice);
  }

  worked(source: Source): void {
    this.#known = true;
    if (this.#faults.size === 0) return;
    const publishing = this.#faults.get("publish");
    // Whether a topic takes records is only known from publishing.
    if (source === "publish" || publishing?.retry !== "alone") this.#faults.clear();
    else this.#faults.delete("check");
    if (this.#faults.size === 0) this.#log.info({}, "kafka takes records again");
  }
}
