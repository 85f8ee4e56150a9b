import { once } from "node:events";
import { openPublishing } from "./kafka-kit.ts";
import { startLoad } from "./kafka-load.ts";

/**
 * A process of its own, so that its memory is that of publishing alone: as many senders as are asked for, until stdin
 * ends. Prints `acknowledged <id>` for each delivery, and what it refused at the end.
 */
const [senders = "", prefix = "", bytes = ""] = process.argv.slice(2);
const environment = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : [])),
);
const { publisher, ready } = openPublishing(environment);
await ready(true);
const load = startLoad(publisher, {
  senders: Number(senders),
  prefix,
  withinMs: 2_000,
  bytes: Number(bytes),
  onAcknowledged: (id) => process.stdout.write(`acknowledged ${id}\n`),
});
process.stdin.resume();
await once(process.stdin, "end");
await load.stop();
await publisher.close();
process.stdout.write(`refused ${JSON.stringify(Object.fromEntries(load.refused))}\n`);
