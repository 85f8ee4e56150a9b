import process from "node:process";
import { createInterface } from "node:readline";

/** A report that answers with the status that it was told, as a code. */
const codes: Record<string, string | undefined> = { Failed: "agent-lost", Error: "internal" };
for await (const status of createInterface({ input: process.stdin })) {
  const code = codes[status];
  console.log(JSON.stringify({ outcome: code ? "failed" : "done", code }));
  break;
}
process.exit(0);
