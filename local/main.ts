#!/usr/bin/env node
import process from "node:process";
import { Command, CommanderError } from "commander";
import { demoCommand } from "./demo/command.ts";
import description from "./package.json" with { type: "json" };
import { runCommand } from "./run/command.ts";
import { SettingsError } from "./run/settings.ts";
import { trialCommand } from "./trial/command.ts";

const program = new Command("froussard-local")
  .description("The whole pipeline on one machine: issue → plan → 👍 → draft pull request.")
  .version(description.version)
  .addCommand(runCommand())
  .addCommand(demoCommand())
  .addCommand(trialCommand())
  .showHelpAfterError("(add --help for what can be said here)");
for (const command of [program, ...program.commands]) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  // Commander has said what is wrong already; help and version are no error.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : 2);
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : "";
  console.error(`froussard: ${error instanceof Error ? error.message : error}${cause}`);
  process.exitCode = error instanceof SettingsError ? 2 : 1;
}
