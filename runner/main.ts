#!/usr/bin/env node
import { runProgram } from "./program.ts";

/** Loaded when asked for: the agent has neither what the mediator needs nor a use for it. */
await runProgram({
  mediator: async () => (await import("./mediator/command.ts")).mediatorCommand(),
  agent: async () => (await import("./agent/command.ts")).agentCommand(),
  report: async () => (await import("./report/command.ts")).reportCommand(),
  run: async () => (await import("./run/command.ts")).runCommand(),
});
