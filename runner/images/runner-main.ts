#!/usr/local/bin/node --enable-source-maps
import { runProgram } from "../program.ts";

/** The program of the image `codex-runner`: what holds keys, and nothing of what an agent is. */
await runProgram({
  mediator: async () => (await import("../mediator/command.ts")).mediatorCommand(),
  report: async () => (await import("../report/command.ts")).reportCommand(),
});
