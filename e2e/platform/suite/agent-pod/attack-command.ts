import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import type { AttackOrders } from "./attack-report.ts";

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The command of a shell that runs `attack.ts` where it is run. */
export function attackCommand(orders: AttackOrders): string {
  const program = stripTypeScriptTypes(readFileSync(join(import.meta.dirname, "attack.ts"), "utf8"));
  return `node --input-type=module - ${quote(JSON.stringify(orders))} <<'END OF THE ATTACK'\n${program}\nEND OF THE ATTACK`;
}

/**
 * The command of a shell that says that the container has ended well, makes the word stay, and ends the program that is
 * to hand a result over.
 */
export const forgeEnd = [
  "cd /var/run/argo/ctr/main && printf 0 > exitcode && chmod 444 exitcode",
  // Spelt so that the shell, whose command line holds this, is not taken for it.
  `for process in /proc/[0-9]*; do tr '\\0' ' ' < $process/cmdline | grep -q -- '[a]gent --alone' && kill -9 \${process#/proc/}; done`,
].join("\n");
