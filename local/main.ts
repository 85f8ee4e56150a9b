#!/usr/bin/env node
import { Command } from "commander";
import { demoCommand } from "./demo/command.ts";
import { runCommand } from "./run/command.ts";

await new Command("froussard-local")
  .description("The whole pipeline on one machine: issue → plan → 👍 → draft pull request.")
  .addCommand(runCommand())
  .addCommand(demoCommand())
  .showHelpAfterError("(add --help for what can be said here)")
  .parseAsync();
