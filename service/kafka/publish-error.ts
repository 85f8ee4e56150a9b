import type { KafkaFault, KafkaFaultCode } from "./explain-kafka-error.ts";

/** `QUEUE_FULL`: more waits already than is kept in memory. `TOO_LATE`: not done in its time. `CLOSED`: the service ends. */
export type PublishErrorCode = KafkaFaultCode | "QUEUE_FULL" | "TOO_LATE" | "CLOSED";

/** Records that are not known to be in Kafka. The message says what to do. */
export class PublishError extends Error {
  readonly code: PublishErrorCode;

  constructor(code: PublishErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PublishError";
    this.code = code;
  }

  static of({ code, advice }: KafkaFault): PublishError {
    return new PublishError(code, advice);
  }
}
