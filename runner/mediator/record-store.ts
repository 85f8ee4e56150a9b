import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as z from "zod";
import type { RunResult } from "../protocol.ts";
import { pendingSchema, type RunRecord, recordSchema } from "./record.ts";

/** Names in the mediator's private folder. */
export const stateFiles = { record: "record.json", pending: "pending.json", dryRun: "result.md" } as const;

/**
 * The mediator's memory across processes. Each file is replaced as a whole and is on the disk when a call returns; calls
 * are synchronous so that no two writes cross. A file that does not have its form counts as absent, and is told.
 */
export interface RecordStore {
  read(): RunRecord | undefined;
  write(record: RunRecord): void;
  readPending(): RunResult | undefined;
  writePending(result: RunResult): void;
  /** The result of a dry run, as text for people. */
  writeDryRun(text: string): void;
}

/** @throws Error when the folder cannot be made or written. */
export function createRecordStore(folder: string, warn: (message: string) => void): RecordStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const read = <T>(name: string, schema: z.ZodType<T>): T | undefined => {
    let text: string;
    try {
      text = readFileSync(join(folder, name), "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
    try {
      return schema.parse(JSON.parse(text));
    } catch {
      warn(`${name} in the state folder does not have the expected form and is left aside`);
      return undefined;
    }
  };
  const write = (name: string, text: string) => replaceFile(folder, name, text);
  return {
    read: () => read(stateFiles.record, recordSchema),
    write: (record) => write(stateFiles.record, JSON.stringify(recordSchema.parse(record))),
    readPending: () => read(stateFiles.pending, pendingSchema),
    writePending: (result) => write(stateFiles.pending, JSON.stringify(result)),
    writeDryRun: (text) => write(stateFiles.dryRun, text),
  };
}

function replaceFile(folder: string, name: string, text: string): void {
  const path = join(folder, name);
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  const file = openSync(temporary, "wx", 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  // The rename itself is safe only once the folder is.
  const directory = openSync(folder, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
