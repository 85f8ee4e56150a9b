/** One message for a topic. */
export interface OutgoingRecord {
  topic: string;
  key: string;
  headers: Record<string, string>;
  value: Buffer | string;
}

/** Where records go: Kafka in the cluster, the embedded queue on one machine. */
export interface Publisher {
  /**
   * Resolves only once every record is durable, together or not at all.
   * @throws when they are not; the same records may then be published again without harm.
   */
  publish(records: readonly OutgoingRecord[]): Promise<void>;
  close(): Promise<void>;
}
