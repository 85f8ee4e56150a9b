import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Command, InvalidArgumentError, Option } from "commander";
import { benchPlatform } from "./platform/bench-platform.ts";
import { reportPlatform } from "./platform/report.ts";
import { profileService } from "./profile/profile-service.ts";
import { reportProfile } from "./profile/report-profile.ts";
import { benchRunner } from "./runner/bench-runner.ts";
import { reportRunner } from "./runner/report.ts";
import { benchSynth, reportSynth } from "./synth/bench-synth.ts";
import { benchWebhooks } from "./webhooks/bench-webhooks.ts";
import { type Kind, kinds } from "./webhooks/deliveries.ts";
import { report } from "./webhooks/report.ts";
import { subjectNames } from "./webhooks/subject-names.ts";
import { showTargets } from "./webhooks/targets.ts";

/** The rule of scripts/with-toolchain.mjs. */
const cache =
  process.env["FROUSSARD_CACHE"] ?? join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "froussard");
const build = { cache, env: process.env, report: (line: string) => console.error(line) };

function number(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 2_000)
    throw new InvalidArgumentError("must be a whole number from 1 to 2000");
  return value;
}
function files(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 100_000)
    throw new InvalidArgumentError("must be a whole number from 1 to 100000");
  return value;
}
const numbers = (text: string) => text.split(",").map(number);
const seconds = (fallback: number) =>
  new Option("--seconds <n>", "of each measurement").argParser(number).default(fallback);
const rounds = (fallback: number) => new Option("--rounds <n>", "how often").argParser(number).default(fallback);
const json = new Option("--json", "print what was measured as JSON instead of tables");
const print = (isJson: boolean | undefined, found: unknown, text: string) =>
  console.log(isJson ? JSON.stringify(found, null, 2) : text);

const program = new Command("bench").description(
  "What the service, the runner and the synth cost, side by side with others. Progress goes to standard error.",
);

program
  .command("webhooks")
  .summary("webhooks a second, latency, CPU and memory of `froussard serve` and its peers")
  .description(
    "Sends signed deliveries of 20 KB to `froussard serve` on a real Kafka broker, and in turn to: its server and a bare " +
      "one that do only HMAC and parsing; the Kafka client's library alone; the service's publisher alone; Argo Events' " +
      "own EventSource on a Kafka bus. Needs Linux and what the broker needs; the EventSource also needs Go, and root or " +
      "user namespaces.",
  )
  .option("--connections <list>", "how many connections, comma list, rising", numbers, [1, 16, 64, 256])
  .addOption(seconds(4))
  .addOption(rounds(5))
  .addOption(new Option("--kind <kind>", "only deliveries of one kind").choices(kinds))
  .addOption(json)
  .action(async (options: { connections: number[]; seconds: number; rounds: number; kind?: Kind; json?: boolean }) => {
    const plan = { ...options, kinds: options.kind ? [options.kind] : kinds };
    const found = await benchWebhooks(plan, build);
    const missing = found.notRun === undefined ? "" : `\nnot run  ${subjectNames.eventSource}: ${found.notRun}`;
    const { measurements } = found;
    print(options.json, found, `${report(measurements)}\n${showTargets(measurements)}${missing}`);
    process.exitCode = measurements.some(({ failed }) => failed > 0) ? 1 : 0;
  });

program
  .command("synth")
  .summary("the synth against loading its imports")
  .description("Runs the synth into a temporary folder, and a program that only loads the same modules, in turn.")
  .addOption(rounds(10))
  .addOption(json)
  .action((options: { rounds: number; json?: boolean }) => {
    const runs = benchSynth(options.rounds, build.report);
    print(options.json, runs, reportSynth(runs));
  });

program
  .command("runner")
  .summary("what a run costs round Codex, and what its processes hold")
  .description(
    "Takes issues from plan to draft pull request with the real Codex, a simulated model and a simulated GitHub, and tells " +
      "the time before, in and after Codex, beside a clone, commit and push by plain git. Needs Linux and user namespaces.",
  )
  .option("--files <n>", "in the repository", files, 5_000)
  .addOption(rounds(5))
  .addOption(json)
  .action(async (options: { files: number; rounds: number; json?: boolean }) => {
    const runs = await benchRunner({ ...options, path: build.env.PATH ?? "" }, build.report);
    print(options.json, runs, reportRunner(runs));
  });

program
  .command("platform")
  .summary("the way of a task over the real platform, split by hop")
  .description(
    "Takes issues from plan to draft pull request on the platform that `npm run e2e -- up` brought up, one after the other, " +
      "and tells where the seconds go; then times tasks from the webhook to their Workflow.",
  )
  .option("--tasks <n>", "timed up to their Workflow", number, 200)
  .addOption(rounds(10))
  .addOption(json)
  .action(async (options: { tasks: number; rounds: number; json?: boolean }) => {
    const times = await benchPlatform(options, cache, build.report);
    print(options.json, times, reportPlatform(times));
  });

program
  .command("profile")
  .summary("where the time of `froussard serve` goes under load")
  .description("Sends deliveries to `froussard serve` under Node's CPU profiler, and sums its samples up.")
  .option("--connections <n>", "how many", number, 64)
  .addOption(seconds(10))
  .addOption(new Option("--kind <kind>", "of the deliveries").choices(kinds).default("task"))
  .addOption(json)
  .action(async (options: { connections: number; seconds: number; kind: Kind; json?: boolean }) => {
    const shares = await profileService(options, build.report);
    print(options.json, shares, reportProfile(shares));
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
