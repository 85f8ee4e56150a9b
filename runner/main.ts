#!/usr/bin/env node
import process from "node:process";
import { Command, type CommanderError } from "commander";

/** Loaded when asked for: the agent has neither what the mediator needs nor a use for it. */
const commands = {
  mediator: async () => (await import("./mediator/command.ts")).mediatorCommand(),
  agent: async () => (await import("./agent/command.ts")).agentCommand(),
  report: async () => (await import("./report/command.ts")).reportCommand(),
  run: async () => (await import("./run/command.ts")).runCommand(),
} as const;

/** What commander refuses is a wrong option: 2, as the help says. Asking for help is none. */
const exit = ({ exitCode }: CommanderError) => process.exit(exitCode === 0 ? 0 : 2);

const program = new Command("codex-runner")
  .description(
    "Carry out one task of a GitHub issue: make its plan, or turn the approved plan into a draft pull request",
  )
  .exitOverride(exit);
const asked = process.argv[2];
const wanted = Object.entries(commands).filter(([name]) => name === asked);
for (const [, load] of wanted.length > 0 ? wanted : Object.entries(commands))
  program.addCommand((await load()).exitOverride(exit));
await program.parseAsync();
