import { spawn } from "node:child_process";
import { Command } from "commander";
import { pino } from "pino";
import * as z from "zod";
import { findCodex } from "../codex/codex-binary.ts";
import type { SpawnCodex } from "../codex/run-codex.ts";
import { everyMs } from "../poll.ts";
import { readSettings, SettingsError } from "../settings.ts";
import { closeInheritedFiles } from "./close-inherited-files.ts";
import { assertAlone, endOtherProcesses } from "./end-other-processes.ts";
import { hostHeader, mediatorAddress } from "./mediator-address.ts";
import { createMediatorClient } from "./mediator-client.ts";
import { runAgent } from "./run-agent.ts";
import { reachable, watchMediator } from "./watch-mediator.ts";

/** All that the agent is told; it holds no token and no key. */
export const agentEnvironment = z.object({
  PATH: z.string().describe("where to find git"),
  HOME: z.string().describe("an empty folder"),
  LANG: z.string().default("C.UTF-8"),
  TMPDIR: z.string().describe("a folder for temporary files"),
  CODEX_HOME: z.string().describe("an empty folder for Codex's own files"),
  MEDIATOR_URL: mediatorAddress.describe("unix:<absolute path> or http://<host>:<port>"),
  AGENT_NETWORK: z
    .enum(["mediator-only", "unknown"], "is neither mediator-only nor unknown")
    .default("unknown")
    .describe(
      "mediator-only where a NetworkPolicy lets this pod reach nothing else: then it is proven before each run",
    ),
  RUN_BEARER: z.string().min(32, "has fewer than 32 characters").describe("this run's bearer"),
});

interface AgentOptions {
  workspace: string;
  alone?: boolean;
  codex?: string;
}

/**
 * `codex-runner agent`: carries one task out. Its exit code says whether another attempt may come to something else (1): in a
 * cluster the WorkflowTemplate knows nothing else to decide by. What came of the run is in the mediator's record.
 */
export function agentCommand(): Command {
  return new Command("agent")
    .description("carry out one task that the mediator hands over (holds no token and no key)")
    .option("--workspace <folder>", "where the working copy goes; it is emptied first", "/workspace")
    .option("--alone", "every other process that it can signal is the model's, and is ended with Codex")
    .option("--codex <program>", "the Codex program (default: the one of this package)")
    .action(async (options: AgentOptions) => {
      try {
        await run(options);
      } catch (error) {
        if (!(error instanceof SettingsError)) throw error;
        process.stderr.write(`${error.message}\n`);
        process.exitCode = 2;
      }
    });
}

async function run(options: AgentOptions): Promise<void> {
  closeInheritedFiles();
  if (options.alone) assertAlone();
  const settings = readSettings(agentEnvironment, process.env);
  const log = pino({ name: "agent" }, pino.destination({ fd: 2, sync: true }));
  const aborter = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => aborter.abort(new Error(`stopped by ${signal}`)));
  const { PATH, HOME, LANG, TMPDIR, CODEX_HOME, MEDIATOR_URL: address, RUN_BEARER: bearer } = settings;
  const codexEnv = { PATH, HOME, LANG, TMPDIR, CODEX_HOME };
  const watch =
    "host" in address
      ? watchMediator(
          () => reachable(address),
          everyMs(3_000),
          () => aborter.abort(new Error(`the mediator at ${hostHeader(address)} is gone`)),
        )
      : { stop() {} };
  const answer = await runAgent({
    mediator: createMediatorClient({ address, bearer, signal: aborter.signal }),
    address,
    bearer,
    codex: findCodex(options.codex).path,
    workspaceFolder: options.workspace,
    codexHome: CODEX_HOME,
    agentEnv: { ...(process.env as Record<string, string>) },
    codexEnv,
    spawn: spawn as SpawnCodex,
    mediatorOnly: settings.AGENT_NETWORK === "mediator-only",
    endOthers: options.alone ? endOtherProcesses : () => {},
    signal: aborter.signal,
    log,
  }).catch((error: unknown): undefined => {
    log.error({ err: error }, "the run ends, and nobody can be told");
  });
  watch.stop();
  process.exitCode = 1;
  if (!answer) return;
  log.info(answer.state === "closed" ? answer : { state: answer.state }, "the mediator has the result");
  if (answer.state === "closed" && (answer.outcome === "done" || answer.final)) process.exitCode = 0;
}
