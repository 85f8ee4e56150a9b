import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Command, InvalidArgumentError } from "commander";
import { playThrough } from "./automatic.ts";
import { startPipeline } from "./pipeline-process.ts";
import { startSteps } from "./steps.ts";
import { automation, maintainer, repository, startWorld, type World } from "./world.ts";

interface DemoOptions {
  auto?: boolean;
  port?: number;
  keep?: boolean;
  verbose?: boolean;
}

/** `demo`: the simulators and the one-machine pipeline together. */
export function demoCommand(): Command {
  return new Command("demo")
    .description("Start a simulated GitHub and model, and let the real pipeline work between them.")
    .option("--auto", "play the person too: open an issue, approve the plan, wait for the pull request, then end")
    .option("--port <port>", "port of the simulated GitHub (default: any free one)", port)
    .option("--keep", "keep the demo's folder (repositories, queue, records) and say where it is")
    .option("--verbose", "show the pipeline's own log lines")
    .addHelpText(
      "after",
      `
What is simulated: GitHub (REST, GraphQL, webhooks, git over HTTP on 127.0.0.1) and the model (a script that answers the
real Codex CLI). What is real: the service, the queue, the mediator, the sandboxed Codex CLI, git, and every rule.

To work on a real repository with a real model, see: npm run local -- --help`,
    )
    .action(runDemo);
}

async function runDemo(options: DemoOptions): Promise<void> {
  const steps = startSteps((line) => console.log(line));
  const folder = await mkdtemp(join(tmpdir(), "froussard-demo-"));
  const interrupted = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => resolve());
  });
  const world = await startWorld({
    folder: join(folder, "github"),
    ...(options.port !== undefined && { port: options.port }),
    // A person wants to see it work; a machine wants it done.
    paceMs: options.auto ? 0 : 150,
  });
  announce(world);
  const log: string[] = [];
  const pipeline = startPipeline({
    repository,
    data: join(folder, "pipeline"),
    inherited: process.env,
    env: pipelineEnvironment(world),
    onLine: (line) => {
      log.push(line);
      if (options.verbose || !options.auto) console.log(line);
    },
  });
  try {
    await pipeline.ready;
    steps.say(`the pipeline watches ${repository}`);
    if (options.auto) {
      const stopped = interrupted.then(() => Promise.reject(new Error("interrupted")));
      await Promise.race([playThrough(world, steps), died(pipeline.child), stopped]);
      steps.say("done: the issue became a plan, and the approved plan a draft pull request");
    } else {
      invite(world);
      await Promise.race([interrupted, died(pipeline.child)]);
    }
  } catch (error) {
    process.exitCode = 1;
    console.error(`\nfroussard: ${error instanceof Error ? error.message : error}`);
    if (!options.verbose) console.error(`The pipeline's last lines:\n${log.slice(-30).join("\n")}`);
  } finally {
    await pipeline.stop();
    await world.close();
    if (options.keep) console.log(`kept: ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
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

function died(child: { once(event: "exit", listener: (code: number | null) => void): unknown }): Promise<never> {
  return new Promise((_, reject) => child.once("exit", (code) => reject(new Error(`the pipeline ended (${code})`))));
}

function announce(world: World): void {
  console.log(`Simulated: GitHub at ${world.github.url} and the model at ${world.model.url}.
Real:      service, queue, mediator, the sandboxed Codex CLI, git.
People:    ${maintainer} (maintainer), ${automation} (the automation's account).
`);
}

function invite(world: World): void {
  console.log(`
Open ${world.github.url}/${repository}/issues in a browser, choose to be ${maintainer}, and open an issue, for example:

  Change the default precision from 2 to 3

Then react to the plan with 👍. Ctrl-C ends the demo. For a real repository and model: npm run local -- --help
`);
}

function port(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 65_535) throw new InvalidArgumentError("give a port from 0 to 65535.");
  return value;
}
