import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import * as z from "zod";
import { startControl } from "./control-server.ts";
import { startWorld } from "./world.ts";

/**
 * The simulated GitHub and model as a process of their own, which outlives the command that brought the platform up:
 *
 *   node e2e/platform/simulated/main.ts --settings <file.json>
 */
const settingsSchema = z.strictObject({
  /** The node's address, where pods reach them. */
  host: z.ipv4(),
  ports: z.strictObject({ github: z.int(), model: z.int(), control: z.int() }),
  /** Of the git repositories. */
  folder: z.string(),
  /** The automation account's token. */
  githubToken: z.string().min(1),
  /** PEM file with certificate, authority and key. */
  keyStore: z.string(),
});
export type SimulatedSettings = z.infer<typeof settingsSchema>;

const { values } = parseArgs({ options: { settings: { type: "string" } } });
if (values.settings === undefined) throw new Error("usage: node e2e/platform/simulated/main.ts --settings <file.json>");
const { host, ports, folder, githubToken, keyStore } = settingsSchema.parse(
  JSON.parse(readFileSync(values.settings, "utf8")),
);
const pem = readFileSync(keyStore, "utf8");
// An earlier process knew what was in them.
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true, mode: 0o700 });
const listening = { host, tls: { cert: pem, key: pem } };
const world = await startWorld({ listening, ports, folder, githubToken });
const control = await startControl(world, ports.control);
console.log(`simulated GitHub ${world.github.url}, model ${world.model.url}, control ${control.url}`);
await Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
await control.close();
await world.close();
