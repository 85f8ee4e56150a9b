import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import pino, { type Logger } from "pino";
import { mediatorEnvironment, readSettings, SettingsError } from "../settings.ts";
import { dryRunLog } from "./dry-run-log.ts";
import type { OutputLine, RunState } from "./output-line.ts";
import { startMediator } from "./start-mediator.ts";

/** A publish in hand may take this long after the stop was asked for. */
const stopPatienceMs = 60_000;

/** `codex-runner mediator`: holds the keys of one run and serves its agent. */
export function mediatorCommand(): Command {
  return new Command("mediator")
    .description("hold the keys of one run: derive the task from GitHub, serve its agent, publish the result")
    .addHelpText("after", help)
    .action(async () => {
      const log = pino({ base: null, name: "mediator" }, pino.destination(2));
      try {
        await run(log);
      } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exitCode = 2;
      }
    });
}

const help = `
Reads everything from the environment:
  ${Object.keys(mediatorEnvironment.shape).join("\n  ")}
CODEX_EGRESS_HOSTS lists the hosts that commands may reach by CONNECT: host, *.example.com, host:port (443 if left out). None by
default: what passes is encrypted, so that each is a way to carry text out. Only with CODEX_SANDBOX=pod, and only public addresses.
CODEX_PROTECTED_PATHS lists what a change may not touch: default (what acts by itself: workflows, hooks, package managers'
configuration, instructions for agents …), deploy/** or **/*.tf in addition, !docs/AGENTS.md to take out what is spelled so.
CODEX_COMMIT_CHECKS=hold ends our commits with GitHub's skip-checks: true, so that Actions waits for a person's commit.
Prints one line {"ready":true,"listen":"…"} when it listens, with MEDIATOR_PARENT=stdin then one {"state":…} for each change, without it
the result of a dry run in lines that begin with "| ", at the end one {"ledger":{…}}, and ends on SIGTERM, SIGINT or, with MEDIATOR_PARENT=stdin,
when its standard input closes. What it finds is its answer to GET /task, not its exit code.`;

async function run(log: Logger): Promise<void> {
  const settings = readSettings(mediatorEnvironment, process.env);
  // A parent that has died reads nothing; a publish in hand is finished all the same.
  process.stdout.on("error", () => {});
  const print = (line: OutputLine) => process.stdout.write(`${JSON.stringify(line)}\n`);
  // In a cluster standard output is the pod's log, where no text of the model belongs but the result of a dry run.
  const told =
    settings.MEDIATOR_PARENT === "stdin"
      ? { onState: (state: RunState) => print({ state }) }
      : { onDryRun: (text: string) => process.stdout.write(dryRunLog(text)) };
  const mediator = await startMediator(settings, log, told);
  print({ ready: true, listen: mediator.listen });
  await asked(settings.MEDIATOR_PARENT === "stdin");
  const stopped = await Promise.race([mediator.stop().then(() => true), sleep(stopPatienceMs, false, { ref: false })]);
  const ledger = mediator.account();
  if (ledger) print({ ledger });
  if (!stopped) log.error("the publish in hand did not end in time; the next process goes on with it");
  // Requests to GitHub or git that were given up may still hold the event loop.
  process.exit(0);
}

/** Resolves when somebody, or the parent's death, asks this process to end. */
function asked(byStdin: boolean): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
    if (!byStdin) return;
    process.stdin.once("end", () => resolve());
    process.stdin.once("error", () => resolve());
    process.stdin.resume();
  });
}
