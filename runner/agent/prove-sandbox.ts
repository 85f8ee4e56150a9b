import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { RunFailure, type Stage } from "@froussard/contract";
import type { SandboxPolicy, SandboxProof } from "../protocol.ts";
import { judgeProbe, metadataAddress, type Probe, type ProbeRequest, probeSchema } from "../sandbox/judge-probe.ts";
import type { MediatorAddress } from "./mediator-address.ts";

export interface ProofRequest {
  policy: SandboxPolicy;
  stage: Stage;
  codex: string;
  workspace: string;
  /** The environment that Codex will have. */
  codexEnv: Record<string, string>;
  /** The agent's own, which in policy `pod` commands can read. */
  agentEnv: Record<string, string>;
  /** Which no command may have in its environment under whatever name. */
  bearer: string;
  forwarderPort: number;
  mediator: MediatorAddress;
  /** Whether a NetworkPolicy is promised that leads to the mediator alone (`AGENT_NETWORK`). */
  mediatorOnly: boolean;
}

/** A file of its own in every form of this package: its sources, or the bundle in an image. */
const probeFile = createRequire(import.meta.url).resolve("codex-runner/sandbox/probe");

/**
 * Whoever has a way out reaches these: the metadata service of most clouds, and an address that answers from everywhere.
 * Nothing is sent to them.
 */
const routes = [
  { host: metadataAddress, port: 80 },
  { host: "1.1.1.1", port: 443 },
  { host: "2606:4700:4700::1111", port: 443 },
];

/**
 * Proves the sandbox policy before anything is paid: a probe looks round from where the model's commands will run.
 * @returns what was proven, and what could not be
 * @throws RunFailure `sandbox-unavailable` with everything that it found.
 */
export async function proveSandbox(request: ProofRequest): Promise<SandboxProof> {
  const { policy, stage, workspace, mediatorOnly } = request;
  // Sockets without a file obey no rights of files: only a network namespace of their own keeps commands from them.
  const abstract = `\0codex-runner-${randomBytes(16).toString("hex")}`;
  const listener = createServer((socket) => socket.destroy());
  listener.listen(abstract);
  await once(listener, "listening");
  try {
    const writable = stage === "planning" ? [] : [workspace];
    const found = await runProbe(request, abstract);
    const { problems, proof } = judgeProbe(found, { policy, writable, mediatorOnly });
    if (problems.length > 0) throw new RunFailure("sandbox-unavailable", problems.join("; ").slice(0, 500));
    return proof;
  } finally {
    listener.close();
  }
}

async function runProbe(request: ProofRequest, abstract: string): Promise<Probe> {
  const { policy, stage, codex, workspace, codexEnv, agentEnv, mediator } = request;
  const tries: ProbeRequest = {
    targets: [
      { host: "127.0.0.1", port: request.forwarderPort },
      "socketPath" in mediator ? { path: mediator.socketPath } : mediator,
      { path: abstract },
    ],
    routes,
    name: "github.com",
    // The private folders must be out of reach; `.git` too, so that the agent cannot hide what it did.
    folders: [workspace, join(workspace, ".git"), codexEnv["CODEX_HOME"], codexEnv["HOME"]].filter(
      (each) => each !== undefined,
    ),
    secretHashes: [createHash("sha256").update(request.bearer).digest("hex")],
  };
  const probe = [process.execPath, probeFile, JSON.stringify(tries)];
  const mode = stage === "planning" ? "read-only" : "workspace-write";
  const [program = "", ...args] =
    policy === "require" ? [codex, "sandbox", "-c", `sandbox_mode="${mode}"`, "--", ...probe] : probe;
  const env = policy === "require" ? codexEnv : agentEnv;
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      ...{ cwd: workspace, env, timeout: 60_000, killSignal: "SIGKILL" },
    });
    return probeSchema.parse(JSON.parse(stdout));
  } catch (cause) {
    throw new RunFailure("sandbox-unavailable", `the sandbox's probe could not run: ${reasonOf(cause)}`, { cause });
  }
}

/** What was said last, but for the traces that programs leave when they crash. */
function reasonOf(cause: unknown): string {
  const { stderr = "", message } = cause as { stderr?: string; message: string };
  const said = stderr
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^(?:stack backtrace:|note: |\s+\d+:)/.test(line));
  return (said.at(-1)?.trim() || message.split("\n", 1)[0] || "").slice(0, 300);
}
