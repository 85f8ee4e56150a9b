import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { headers, topics } from "@froussard/contract";
import { schema } from "./embedded-queue/schema.ts";
import { transaction } from "./embedded-queue/transaction.ts";
import type { OutgoingRecord, Publisher } from "./publisher.ts";

export interface EmbeddedQueueOptions {
  /** File of the database; made when missing. Several processes may open it at once. */
  path: string;
  /** @default the system's clock */
  now?: () => Date;
  /** Unfinished tasks beyond this number are refused. @default 10_000 */
  maxTasks?: number;
  /** Raw events beyond this number are dropped, oldest first. @default 10_000 */
  maxEvents?: number;
}

/** A record that one consumer works on, until it is acknowledged, released, or its lease runs out. */
export interface Claim {
  seq: number;
  key: string;
  headers: Record<string, string>;
  value: Buffer;
  /** How often the record has been claimed, this time included. */
  attempts: number;
  /** Proof of the lease; a claim that ran out and was given to somebody else has another. */
  lease: string;
}

export interface EmbeddedQueue extends Publisher {
  /**
   * The oldest task whose key has nothing older unfinished: tasks of one key run one after the other, in order.
   * Undefined when there is none. The lease runs out after `visibilityMs` unless it is extended.
   */
  claim(consumer: string, visibilityMs: number): Promise<Claim | undefined>;
  /** False when the lease was lost: the work should stop. */
  extend(claim: Claim, visibilityMs: number): Promise<boolean>;
  /** The task has ended; its id is not taken again for eight days. False when the lease was lost. */
  ack(claim: Claim): Promise<boolean>;
  /** The task never began: it is dropped, and its id is taken again when it is published again. */
  drop(claim: Claim): Promise<boolean>;
  /** Gives the task back, to be claimed again after `delayMs`. False when the lease was lost. */
  release(claim: Claim, delayMs?: number): Promise<boolean>;
  /**
   * Gives back everything that this consumer holds. For its start: nobody else goes by its name, so whatever it still
   * holds is from a predecessor that was killed.
   */
  releaseAll(consumer: string): Promise<void>;
  /** Ids of the tasks that wait or run. */
  liveTasks(): Promise<ReadonlySet<string>>;
}

const days = 24 * 60 * 60 * 1000;
/** As long as the topics keep messages. */
const retentionMs = 7 * days;
/** Longer than that, like the Workflows' time to live: a redelivered task meets its finished predecessor. */
const finishedMs = 8 * days;

/**
 * Publisher and task queue in one SQLite file: durable when `publish` resolves (write-ahead log, synchronous=FULL), at
 * least once, for one machine. Records of other topics than the tasks' are kept as a log, seven days or `maxEvents`.
 * @throws Error when the file cannot be opened, naming it.
 */
export function openEmbeddedQueue(options: EmbeddedQueueOptions): EmbeddedQueue {
  const { path, now = () => new Date(), maxTasks = 10_000, maxEvents = 10_000 } = options;
  const database = open(path);
  const insert = database.prepare(
    "INSERT INTO records (topic, key, headers, value, task_id, published_at) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const isTaken = database.prepare(
    "SELECT 1 FROM records WHERE task_id = ?1 UNION ALL SELECT 1 FROM finished WHERE task_id = ?1 AND finished_at > ?2",
  );
  const countTasks = database.prepare("SELECT count(*) AS count FROM records WHERE topic = ?");
  const dropEvents = database.prepare(
    `DELETE FROM records WHERE topic <> ?1 AND (published_at < ?2
       OR seq <= (SELECT seq FROM records WHERE topic <> ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?3))`,
  );
  const dropFinished = database.prepare("DELETE FROM finished WHERE finished_at <= ?");
  const next = database.prepare(
    `UPDATE records SET visible_at = ?2, lease = ?3, attempts = attempts + 1 WHERE seq = (
       SELECT seq FROM records AS r WHERE topic = ?1 AND visible_at <= ?4 AND NOT EXISTS (
         SELECT 1 FROM records AS o WHERE o.topic = r.topic AND o.key = r.key AND o.seq < r.seq)
       ORDER BY seq LIMIT 1)
     RETURNING seq, key, headers, value, attempts, lease`,
  );
  const setVisible = database.prepare("UPDATE records SET visible_at = ?, lease = ? WHERE seq = ? AND lease = ?");
  const setFree = database.prepare(
    "UPDATE records SET visible_at = 0, lease = NULL WHERE substr(lease, 1, length(?1) + 1) = ?1 || '/'",
  );
  const remove = database.prepare("DELETE FROM records WHERE seq = ? AND lease = ? RETURNING task_id");
  const finish = database.prepare("INSERT OR REPLACE INTO finished (task_id, finished_at) VALUES (?, ?)");
  const live = database.prepare("SELECT task_id FROM records WHERE topic = ? AND task_id IS NOT NULL");
  let closed = false;

  const add = (record: OutgoingRecord, time: number) => {
    const isTask = record.topic === topics.codexTasks;
    const taskId = isTask ? (record.headers[headers.taskId] ?? null) : null;
    if (isTask && taskId === null) throw new Error(`a record on ${record.topic} needs the header ${headers.taskId}`);
    if (taskId !== null && isTaken.get(taskId, time - finishedMs)) return;
    if (isTask && Number(countTasks.get(topics.codexTasks)?.["count"]) >= maxTasks)
      throw new Error(`the queue ${path} holds ${maxTasks} tasks already; start a worker that takes them`);
    insert.run(record.topic, record.key, JSON.stringify(record.headers), Buffer.from(record.value), taskId, time);
  };

  return {
    async publish(records) {
      const time = now().getTime();
      transaction(database, () => {
        for (const record of records) add(record, time);
        dropEvents.run(topics.codexTasks, time - retentionMs, maxEvents);
        dropFinished.run(time - finishedMs);
      });
    },
    async claim(consumer, visibilityMs) {
      const time = now().getTime();
      const lease = `${consumer}/${crypto.randomUUID()}`;
      const row = transaction(database, () => next.get(topics.codexTasks, time + visibilityMs, lease, time));
      return row && toClaim(row);
    },
    async extend({ seq, lease }, visibilityMs) {
      return setVisible.run(now().getTime() + visibilityMs, lease, seq, lease).changes === 1;
    },
    async ack({ seq, lease }) {
      return transaction(database, () => {
        const row = remove.get(seq, lease);
        if (!row) return false;
        finish.run(String(row["task_id"]), now().getTime());
        return true;
      });
    },
    async drop({ seq, lease }) {
      return remove.get(seq, lease) !== undefined;
    },
    async release({ seq, lease }, delayMs = 0) {
      return setVisible.run(now().getTime() + delayMs, null, seq, lease).changes === 1;
    },
    async releaseAll(consumer) {
      setFree.run(consumer);
    },
    async liveTasks() {
      return new Set(live.all(topics.codexTasks).map((row) => String(row["task_id"])));
    },
    async close() {
      if (!closed) database.close();
      closed = true;
    },
  };
}

function open(path: string): DatabaseSync {
  try {
    // Raw events hold what people wrote in private repositories. SQLite gives its other files the same mode.
    closeSync(openSync(path, "a", 0o600));
    const database = new DatabaseSync(path, { timeout: 5_000 });
    database.exec(schema);
    return database;
  } catch (error) {
    throw new Error(`cannot open the queue ${path}: check that its folder exists and may be written`, { cause: error });
  }
}

function toClaim(row: Record<string, unknown>): Claim {
  return {
    seq: Number(row["seq"]),
    key: String(row["key"]),
    headers: JSON.parse(String(row["headers"])),
    value: Buffer.from(row["value"] as Uint8Array),
    attempts: Number(row["attempts"]),
    lease: String(row["lease"]),
  };
}
