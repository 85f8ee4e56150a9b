#!/usr/bin/env node
/**
 * The simulated model as a process of its own. Settings: `MODEL_PORT` (default: any free port), `MODEL_API_KEY` or
 * `MODEL_API_KEY_FILE` (default: no key is asked for), `--pace <ms>` between two events of a stream.
 * Prints one line of JSON, `{"url":"http://127.0.0.1:…"}`, when it is ready.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startModel } from "./start-model.ts";

const { values } = parseArgs({ options: { pace: { type: "string", default: "0" } } });
const { MODEL_PORT = "0", MODEL_API_KEY, MODEL_API_KEY_FILE } = process.env;
const { key: apiKey, wrong: keyless } = keyOf(MODEL_API_KEY, MODEL_API_KEY_FILE);
const wrong = [
  ...(isPort(MODEL_PORT) ? [] : [`MODEL_PORT is "${MODEL_PORT}"; set a port from 0 to 65535`]),
  ...(/^\d{1,5}$/.test(values.pace) ? [] : [`--pace is "${values.pace}"; give milliseconds`]),
  ...(keyless === undefined ? [] : [keyless]),
];
if (wrong.length > 0) refuse(wrong);
const model = await startModel({
  port: Number(MODEL_PORT),
  paceMs: Number(values.pace),
  ...(apiKey === undefined ? {} : { apiKey }),
}).catch((error: Error) =>
  refuse([`can't listen on port ${MODEL_PORT}: ${error.message}; choose another by MODEL_PORT`]),
);
console.log(JSON.stringify({ url: model.url }));
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void model.close());

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) < 65_536;
}

function refuse(reasons: readonly string[]): never {
  console.error(reasons.join("\n"));
  process.exit(1);
}

/** The key as given, or read from its file; undefined, with the reason told, when the file gives none. */
function keyOf(given: string | undefined, file: string | undefined): { key?: string; wrong?: string } {
  if (given === "") return { wrong: "MODEL_API_KEY is empty; set a key or leave it out" };
  if (given !== undefined || file === undefined) return given === undefined ? {} : { key: given };
  try {
    const key = readFileSync(file, "utf8").trim();
    return key === "" ? { wrong: `MODEL_API_KEY_FILE ${file} is empty; write a key into it` } : { key };
  } catch (error) {
    return {
      wrong: `MODEL_API_KEY_FILE can't be read (${error instanceof Error ? error.message : error}); name a file with a key`,
    };
  }
}
