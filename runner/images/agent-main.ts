#!/usr/local/bin/node --max-semi-space-size=2
import { runProgram } from "../program.ts";
import { endAsAsked } from "./end-as-asked.ts";

/** The program of the image `codex-agent`: what holds no key, and nothing that would know what to do with one. */
endAsAsked();
await runProgram({
  agent: async () => (await import("../agent/command.ts")).agentCommand(),
});
