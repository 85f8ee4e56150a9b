import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Command, InvalidArgumentError } from "commander";
import { onStopSignals } from "../run/stop-signals.ts";
import { startView, type View, viewMode } from "../view/start-view.ts";
import { playThrough } from "./automatic.ts";
import { type PipelineProcess, startPipeline } from "./pipeline-process.ts";
import { startSteps } from "./steps.ts";
import { startToldLines } from "./told-lines.ts";
import { automation, maintainer, repository, startWorld, type World } from "./world.ts";

interface DemoOptions {
  auto?: boolean;
  port?: number;
  keep?: boolean;
  verbose?: boolean;
  json?: boolean;
}

const help = `
Examples:
  $ npm run demo                       open the page it names, open an issue, react to its plan with 👍
  $ npm run demo -- --auto             the same without you: issue → plan → 👍 → draft pull request
  $ npm run demo -- --port 8080        at an address that stays the same

What is simulated: GitHub (REST, GraphQL, webhooks, git over HTTP on 127.0.0.1) and the model (a script that answers the
real Codex CLI). What is real: the service, the queue, the mediator, the sandboxed Codex CLI, git, and every rule.

The terminal shows the tasks while they run, and what waits for you, with the address. Without a terminal there is one line a
change; with --json one object a line, described in docs/local-events.md. NO_COLOR and FORCE_COLOR are honoured.
Ctrl-C ends it and takes everything away; a second Ctrl-C does not wait for that.

To work on a real repository with a real model, see: npm run local -- --help`;

/** `demo`: the simulators and the one-machine pipeline together. */
export function demoCommand(): Command {
  return new Command("demo")
    .description("Start a simulated GitHub and model, and let the real pipeline work between them.")
    .option("--auto", "play the person too: open an issue, approve the plan, wait for the pull request, then end")
    .option("--port <port>", "port of the simulated GitHub (default: any free one)", port)
    .option("--keep", "keep the demo's folder (repositories, queue, records) and say where it is")
    .option("--json", "one JSON object a line, for machines")
    .option("--verbose", "show the log's quieter lines too")
    .addHelpText("after", help)
    .action(runDemo);
}

async function runDemo(options: DemoOptions): Promise<void> {
  const view = startView({
    output: process.stdout,
    mode: viewMode(process.stdout, { json: options.json, term: process.env["TERM"] }),
    verbose: options.verbose ?? false,
    // What happens is told by the play itself.
    written: options.auto && !options.verbose ? "warnings" : "all",
  });
  const folder = await mkdtemp(join(tmpdir(), "froussard-demo-"));
  let pipeline: PipelineProcess | undefined;
  const told = startToldLines();
  const interrupted = Promise.withResolvers<never>();
  interrupted.promise.catch(() => {});
  const letGo = onStopSignals(
    process,
    () => interrupted.reject(new Error("interrupted")),
    () => {
      pipeline?.child.kill("SIGKILL");
      view.close();
      if (!options.keep) rmSync(folder, { recursive: true, force: true });
      process.exit(130);
    },
  );
  process.stdout.on("error", () => interrupted.reject(new Error("nobody reads the output any more")));
  const world = await startWorld({
    folder: join(folder, "github"),
    ...(options.port !== undefined && { port: options.port }),
    // A person wants to see it work; a machine wants it done.
    paceMs: options.auto ? 0 : 150,
  });
  try {
    announce(world, view);
    pipeline = startPipeline({
      repository,
      data: join(folder, "pipeline"),
      inherited: process.env,
      env: { ...pipelineEnvironment(world), GITHUB_WEBHOOK_SECRET: webhookSecret },
      arguments: ["--webhook", "--port", "0"],
      onEvent: (event) => {
        told.view.show(event);
        view.show(event);
      },
      onOther: (line) => {
        for (const each of [told.view, view]) each.tell({ event: "log", level: "warn", message: line, fields: {} });
      },
    });
    const ended = Promise.race([interrupted.promise, died(pipeline.child)]);
    const { webhooks } = await Promise.race([pipeline.ready, ended]);
    if (webhooks !== undefined) deliverTo(webhooks, world);
    if (options.auto) await play(world, view, ended);
    else {
      invite(world, view);
      await ended;
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // Whoever has the person played too has not got what was asked for.
    if (options.auto || message !== "interrupted") {
      view.close();
      process.exitCode = 1;
      console.error(`\nfroussard: ${message}`);
      if (!options.verbose) console.error(`The pipeline's last lines:\n${told.lines().slice(-30).join("\n")}`);
    }
  } finally {
    await pipeline?.stop("SIGINT");
    view.close();
    await world.close();
    if (options.keep) console.error(`kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
    letGo();
  }
}

async function play(world: World, view: View, ended: Promise<never>): Promise<void> {
  const steps = startSteps(view.print);
  steps.say(`the pipeline watches ${repository}`);
  await Promise.race([playThrough(world, steps), ended]);
  steps.say("done: the issue became a plan, and the approved plan a draft pull request");
}

/** What the one-machine pipeline needs to take the simulators for the real ones. */
export function pipelineEnvironment(world: World): Record<string, string> {
  return {
    GITHUB_TOKEN: world.githubToken,
    GITHUB_API_BASE_URL: world.github.apiUrl,
    OPENAI_API_KEY: world.openaiKey,
    OPENAI_BASE_URL: `${world.model.url}/v1`,
    CODEX_TRIGGER_LOGINS: maintainer,
  };
}

const webhookSecret = "simulated-webhook-secret";

/** From here on GitHub tells of what happens, and its page of deliveries has something to deliver again. */
function deliverTo(url: string, { github }: World): void {
  const events = ["issues", "issue_comment"];
  github.addWebhook(github.repository(repository), { url, secret: webhookSecret, events });
}

function died(child: { once(event: "exit", listener: (code: number | null) => void): unknown }): Promise<never> {
  return new Promise((_, reject) => child.once("exit", (code) => reject(new Error(`the pipeline ended (${code})`))));
}

function announce({ github, model }: World, view: View): void {
  view.print(`Simulated: GitHub at ${github.url} and the model at ${model.url}.
Real:      service, queue, mediator, the sandboxed Codex CLI, git.
People:    ${maintainer} (maintainer), ${automation} (the automation's account).
`);
  const issuesUrl = `${github.url}/${repository}/issues`;
  view.tell({ event: "simulated", github: github.url, model: model.url, issuesUrl, maintainer });
}

function invite({ github }: World, view: View): void {
  view.print(`
Open ${github.url}/${repository}/issues in a browser, where you are ${maintainer}, and open an issue, for example:

  Change the default precision from 2 to 3

Then react to the plan with 👍. Ctrl-C ends the demo. For a real repository and model: npm run local -- --help
`);
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 65_535) throw new InvalidArgumentError("give a port from 0 to 65535.");
  return value;
}
