import { errorFields } from "../error-fields.ts";
import type { ServiceLog } from "../service-log.ts";
import type { KafkaFault } from "./explain-kafka-error.ts";
import type { SizedRecord } from "./sized-record.ts";

type Source = "check" | "publish";
type OfTopic = Pick<SizedRecord, "topic">;

/** What is known of Kafka from looking at it and from publishing. Each change is logged once, with what to do. */
export class KafkaState {
  readonly #log: ServiceLog;
  readonly #faults = new Map<Source, KafkaFault>();
  /** Topics of publishes that failed although Kafka is well; it is about one of them. */
  readonly #suspects = new Set<string>();
  /** A fault of publishing that looking has not met since. */
  #unmet: KafkaFault | undefined;
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

  /** `records` are those that were to be published. */
  failed(source: Source, fault: KafkaFault, error: unknown, records: readonly OfTopic[] = []): void {
    this.#known = true;
    const told = [...this.#faults].some(
      ([from, known]) => known.code === fault.code && (from === source || known !== this.#unmet),
    );
    this.#faults.set(source, fault);
    if (source === "publish" && fault.retry !== "alone") this.#suspects.clear();
    else for (const { topic } of records) this.#suspects.add(topic);
    if (!told) this.#log.error({ ...errorFields(error), code: fault.code }, fault.advice);
  }

  /** `records` are those that were published. */
  worked(source: Source, records: readonly OfTopic[] = []): void {
    this.#known = true;
    if (this.#faults.size === 0) return;
    for (const { topic } of records) this.#suspects.delete(topic);
    // What one way found out about a topic, only the same way can take back: other topics may take records meanwhile. And
    // looking takes back only what it has met itself: with too few replicas Kafka answers well, and takes no records.
    const hasMet = source === "publish" || this.#faults.has("check");
    for (const [found, { retry }] of this.#faults) {
      const counts = found === source || (retry !== "alone" && hasMet);
      if (counts && (found === "check" || this.#suspects.size === 0)) this.#faults.delete(found);
    }
    this.#unmet = this.#faults.get("publish");
    if (this.#faults.size === 0) this.#log.info({}, "kafka takes records again");
  }
}
