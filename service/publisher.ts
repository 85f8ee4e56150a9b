/** One message for a topic, named as in the contract. */
export interface OutgoingRecord {
  topic: string;
  key: string;
  headers: Record<string, string>;
  value: Buffer | string;
}

export interface PublishOptions {
  /** It resolves or rejects within this time, and what has not been sent by then is not sent later. @default 5_000 */
  withinMs?: number;
}

/** Where records go: Kafka in the cluster, the embedded queue on one machine. */
export interface Publisher {
  /**
   * Resolves only once every record is durable.
   * @throws when that is not known of all of them, though some may be; the same records may then be published again
   * without harm, since whoever reads them goes by their ids.
   */
  publish(records: readonly OutgoingRecord[], options?: PublishOptions): Promise<void>;
  /** Sends what was published, within `graceMs` where that may take time, and refuses the rest. @default 5_000 */
  close(graceMs?: number): Promise<void>;
}
