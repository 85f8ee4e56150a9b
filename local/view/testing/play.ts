import process from "node:process";
import { startView, viewMode } from "../start-view.ts";
import { story } from "./story.ts";

/**
 * For tests: a program that shows the story's events on its standard output, the first ones at once, one more for each
 * SIGUSR2, the rest for SIGTERM. Arguments: how many at once, and options of the command.
 */
const [count = "0", ...options] = process.argv.slice(2);
const view = startView({
  output: process.stdout,
  mode: viewMode(process.stdout, { json: options.includes("--json"), term: process.env["TERM"] }),
  verbose: options.includes("--verbose"),
});
const rest = [...story];
for (const event of rest.splice(0, Number(count))) view.show(event);
const alive = setInterval(() => {}, 1_000);
process.on("SIGUSR2", () => {
  for (const event of rest.splice(0, 1)) view.show(event);
});
process.on("SIGTERM", () => {
  for (const event of rest.splice(0)) view.show(event);
  view.close();
  clearInterval(alive);
});
if (options.includes("--end")) process.kill(process.pid, "SIGTERM");
