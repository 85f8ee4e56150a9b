#!/usr/local/bin/node --max-semi-space-size=2
import { runProgram } from "../program.ts";
import { endAsAsked } from "./end-as-asked.ts";

/**
 * The program of the image `codex-runner`: what holds keys, and nothing of what an agent is. It waits most of the time; a
 * small young generation saves 15 MB, and doing without source maps 7 (docs/images.md).
 */
endAsAsked();
await runProgram({
  mediator: async () => (await import("../mediator/command.ts")).mediatorCommand(),
  report: async () => (await import("../report/command.ts")).reportCommand(),
});
