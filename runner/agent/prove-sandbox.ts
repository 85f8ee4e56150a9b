import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { RunFailure, type Stage } from "@froussard/contract";
import type { SandboxPolicy } from "../protocol.ts";
import { judgeProbe, type Probe, type ProbeRequest, probeSchema } from "../sandbox/judge-probe.ts";
import type { MediatorAddress } from "./mediator-address.ts";

export interface SandboxProof {
  policy: SandboxPolicy;
  stage: Stage;
  codex: string;
  workspace: string;
  /** The environment that Codex will have. */
  codexEnv: Record<string, string>;
  /** The agent's own, which in policy `pod` commands can read. */
  agentEnv: Record<string, string>;
  forwarderPort: number;
  mediator: MediatorAddress;
}

/** A file of its own in every form of this package: its sources, or the bundle in an image. */
const probeFile = createRequire(import.meta.url).resolve("codex-runner/sandbox/probe");

/**
 * Proves the sandbox policy before anything is paid: a probe looks round from where the model's commands will run.
 * @throws RunFailure `sandbox-unavailable` with everything that it found.
 */
export async function proveSandbox(proof: SandboxProof): Promise<void> {
  const { policy, stage, codex, workspace, codexEnv, agentEnv, mediator } = proof;
  const request: ProbeRequest = {
    targets: [
      { host: "127.0.0.1", port: proof.forwarderPort },
      "socketPath" in mediator ? { path: mediator.socketPath } : mediator,
    ],
    // The private folders must be out of reach; `.git` too, so that the agent cannot hide what it did.
    folders: [workspace, join(workspace, ".git"), codexEnv["CODEX_HOME"], codexEnv["HOME"]].filter(
      (each) => each !== undefined,
    ),
  };
  const probe = [process.execPath, probeFile, JSON.stringify(request)];
  const mode = stage === "planning" ? "read-only" : "workspace-write";
  const [program = "", ...args] =
    policy === "require" ? [codex, "sandbox", "-c", `sandbox_mode="${mode}"`, "--", ...probe] : probe;
  const found = await runProbe(program, args, workspace, policy === "require" ? codexEnv : agentEnv);
  const problems = judgeProbe(found, { policy, writable: stage === "planning" ? [] : [workspace] });
  if (problems.length > 0) throw new RunFailure("sandbox-unavailable", problems.join("; ").slice(0, 500));
}

async function runProbe(program: string, args: string[], cwd: string, env: Record<string, string>): Promise<Probe> {
  try {
    const { stdout } = await promisify(execFile)(program, args, { cwd, env, timeout: 60_000, killSignal: "SIGKILL" });
    return probeSchema.parse(JSON.parse(stdout));
  } catch (cause) {
    const { stderr = "", message } = cause as { stderr?: string; message: string };
    const reason = stderr.trim().split("\n").at(-1) || message.split("\n", 1)[0];
    throw new RunFailure("sandbox-unavailable", `the sandbox's probe could not run: ${reason?.slice(0, 300)}`, {
      cause,
    });
  }
}
