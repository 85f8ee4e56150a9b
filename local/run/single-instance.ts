import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Claims a data folder for this process. The lock is the operating system's (SQLite's exclusive lock on a file), so it
 * ends with the process however that ends, kill -9 included.
 * @throws Error when another process holds the folder.
 */
export function claimFolder(folder: string): { release(): void } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(folder, "lock"), { timeout: 0 });
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;");
  } catch (error) {
    database.close();
    throw new Error(`another process works in ${folder}; stop it first, or choose another folder with --data`, {
      cause: error,
    });
  }
  return { release: () => database.close() };
}
