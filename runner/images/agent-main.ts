#!/usr/local/bin/node --enable-source-maps
import { runProgram } from "../program.ts";

/** The program of the image `codex-agent`: what holds no key, and nothing that would know what to do with one. */
await runProgram({
  agent: async () => (await import("../agent/command.ts")).agentCommand(),
});
