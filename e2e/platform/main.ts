import { existsSync } from "node:fs";
import process from "node:process";
import { Command } from "commander";
import { cacheFolder } from "../../infra/platform/cache-folder.ts";
import { readCluster } from "./cluster/cluster.ts";
import { clusterLayout, platformFolder } from "./cluster/layout.ts";
import { readState } from "./cluster/state.ts";
import { downPlatform } from "./down-platform.ts";
import { runForeground } from "./run-foreground.ts";
import { runSuite } from "./run-suite.ts";
import { showStatus } from "./show-status.ts";

const stopped = new AbortController();
const stop = (name: string) => {
  if (stopped.signal.aborted) return console.error("what was started is being ended; that takes less than a minute");
  stopped.abort(new Error(`stopped by ${name}`));
};
const started = performance.now();
const cache = cacheFolder(process.env);
const folder = platformFolder(cache);
const options = {
  cache,
  env: process.env,
  report: (line: string) =>
    console.error(`[${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s] ${line}`),
  signal: stopped.signal,
};
/** From here on Ctrl-C ends what was started, instead of leaving it behind. */
const endWhenStopped = () => {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop(name));
};

/** These bring the whole project with them, for which `kubectl` need not wait. */
const bringUp = async (nodeAddress?: string) =>
  await (await import("./up-platform.ts")).upPlatform({ ...options, ...(nodeAddress && { nodeAddress }) });
const deploy = async () => await (await import("./deploy-pipeline.ts")).deployPipeline(options);

function tellFailure(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

const program = new Command("e2e")
  .description(
    "The whole pipeline on a real Kubernetes of one node with real Argo, on this machine. Needs root on Linux.",
  )
  .enablePositionalOptions();

program
  .command("run", { isDefault: true })
  .description("brings the platform up, runs the suite, takes everything down (what `npm run e2e` does)")
  .option("--node-address <address>", "address of the node, where 10.254.0.1 is taken")
  .argument("[vitest...]", "after --: arguments for vitest (a path, -t <name>, …)")
  .action(async (args: string[], { nodeAddress }: { nodeAddress?: string }) => {
    if (args.length > 0 && !process.argv.includes("--")) program.error(`no command "${args[0]}": see --help`);
    endWhenStopped();
    let summary = "0 passed, 1 failed";
    try {
      await bringUp(nodeAddress);
      await deploy();
      const suite = await runSuite(args, process.env, stopped.signal);
      summary = suite.summary;
      process.exitCode = suite.ok && !stopped.signal.aborted ? 0 : 1;
    } catch (error) {
      tellFailure(error);
    }
    // Without a state nothing of ours was started: what is there is another's.
    if (existsSync(clusterLayout(folder).state)) await downPlatform(options).catch(tellFailure);
    console.log(`\n${summary}`);
  });

program
  .command("up")
  .description("brings the platform up with the pipeline on it, and leaves it up")
  .option("--node-address <address>", "address of the node, where 10.254.0.1 is taken")
  .option("--no-deploy", "only the platform: Kubernetes, Argo Events, Argo Workflows")
  .action(async ({ nodeAddress, deploy: pipeline }: { nodeAddress?: string; deploy: boolean }) => {
    endWhenStopped();
    const cluster = await bringUp(nodeAddress);
    if (pipeline) await deploy();
    console.log(showStatus(cluster.state));
  });

program
  .command("deploy")
  .description("brings the pipeline onto the platform that is up, again after a change of the source")
  .action(deploy);

program
  .command("down")
  .description("takes everything down, also what a run that crashed left behind")
  .action(() => {
    process.on("SIGINT", () => console.error("it is being taken down; that takes less than a minute"));
    return downPlatform(options);
  });

program
  .command("suite")
  .description("runs the suite on the platform that is up")
  .argument("[vitest...]", "arguments for vitest (a path, -t <name>, …)")
  .passThroughOptions()
  .allowUnknownOption()
  .action(async (args: string[]) => {
    readCluster(folder);
    // Its own group would outlive this command otherwise.
    endWhenStopped();
    const { ok } = await runSuite(args, process.env, stopped.signal);
    process.exitCode = ok ? 0 : 1;
  });

program
  .command("status")
  .description("what is up: processes, memory, paths")
  .action(() => {
    const state = readState(clusterLayout(folder).state);
    console.log(state ? showStatus(state) : "The platform is down.");
    process.exitCode = state?.phase === "up" ? 0 : 1;
  });

for (const tool of ["kubectl", "argo"] as const)
  program
    .command(tool)
    .description(`${tool}, as the platform's administrator`)
    .argument("[arguments...]")
    .helpOption(false)
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (args: string[]) => {
      const { programs, kubeconfig } = readCluster(folder).state;
      process.exitCode = await runForeground(programs[tool] ?? tool, args, { ...process.env, KUBECONFIG: kubeconfig });
    });

program
  .command("logs")
  .description("the end of a process's log")
  .argument("<process>", "as `status` names it")
  .option("-f, --follow", "goes on showing what comes")
  .action(async (name: string, { follow }: { follow?: boolean }) => {
    const log = readState(clusterLayout(folder).state)?.processes.find((one) => one.name === name)?.log;
    if (!log) return program.error(`no process "${name}": see status`);
    process.exitCode = await runForeground("tail", ["-n", "100", ...(follow ? ["-f"] : []), log], process.env);
  });

program
  .command("restart")
  .description("ends a process, and starts it again as it was")
  .argument("<process>", "as `status` names it")
  .action((name: string) => readCluster(folder).restart(name));

await program.parseAsync().catch(tellFailure);
// A deployment that was stopped would go on otherwise.
if (stopped.signal.aborted) process.exit();
