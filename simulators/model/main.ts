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
const wrong = [
  ...(/^\d{1,5}$/.test(MODEL_PORT) && Number(MODEL_PORT) < 65_536
    ? []
    : [`MODEL_PORT is "${MODEL_PORT}"; set a port from 0 to 65535`]),
  ...(/^\d{1,5}$/.test(values.pace) ? [] : [`--pace is "${values.pace}"; give milliseconds`]),
  ...(MODEL_API_KEY === "" ? ["MODEL_API_KEY is empty; set a key or leave it out"] : []),
];
if (wrong.length > 0) {
  console.error(wrong.join("\n"));
  process.exit(1);
}
const apiKey =
  MODEL_API_KEY ?? (MODEL_API_KEY_FILE === undefined ? undefined : readFileSync(MODEL_API_KEY_FILE, "utf8").trim());
const model = await startModel({
  port: Number(MODEL_PORT),
  paceMs: Number(values.pace),
  ...(apiKey === undefined ? {} : { apiKey }),
});
console.log(JSON.stringify({ url: model.url }));
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void model.close());
