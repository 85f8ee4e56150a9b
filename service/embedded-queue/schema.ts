/**
 * Tables of the embedded queue. A task leaves `records` when it is acknowledged; its id stays in `finished`. A record
 * with `visible_at` in the future is leased, or was released with a delay; either way nobody else may take it yet.
 */
export const schema = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE IF NOT EXISTS records (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  topic TEXT NOT NULL,
  key TEXT NOT NULL,
  headers TEXT NOT NULL,
  value BLOB NOT NULL,
  task_id TEXT UNIQUE,
  published_at INTEGER NOT NULL,
  visible_at INTEGER NOT NULL DEFAULT 0,
  lease TEXT,
  attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS records_by_key ON records (topic, key, seq);
CREATE TABLE IF NOT EXISTS finished (
  task_id TEXT PRIMARY KEY,
  finished_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
