#!/usr/bin/env node
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { convert } from "./convert.js";
import { options } from "./options.js";
import { toText } from "./to-text.js";

/** The text that `--help` prints. */
export function usage() {
  const lines = options.map((option) => `  --${option.name.padEnd(12)} ${option.help}`);
  return ["usage: unitwise <value> <from> <to> [options]", "", ...lines].join("\n");
}

/**
 * What the command prints for these arguments.
 *
 * @param {string[]} args for example `["10", "km", "mi", "--plain"]`
 * @throws {Error} when the arguments can't be understood
 */
export function run(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: Object.fromEntries(options.map((option) => [option.name, { type: option.type, default: option.default }])),
  });
  if (values.help) return usage();
  const [value, from, to] = positionals;
  if (positionals.length !== 3 || Number.isNaN(Number(value))) {
    throw new Error(usage());
  }
  const quantity = convert({ value: Number(value), unit: from }, to);
  const line = toText(quantity, { precision: Number(values.precision), separator: values.separator });
  return options
    .filter((option) => option.apply && values[option.name])
    .reduce((text, option) => option.apply(text, quantity, values), line);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log(run(process.argv.slice(2)));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 2;
  }
}
