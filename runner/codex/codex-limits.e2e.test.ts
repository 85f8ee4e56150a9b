import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { codexArguments } from "./codex-arguments.ts";
import { findCodex } from "./codex-binary.ts";
import { type CodexRun, runCodex, type SpawnCodex } from "./run-codex.ts";

let server: Server | undefined;
let folder = "";
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The real Codex against a model that does what `answer` says. */
async function run(answer: RequestListener, limits: Partial<CodexRun>) {
  folder = mkdtempSync(join(tmpdir(), "codex-limits-"));
  const [workspace, home, answerFile, outputSchemaFile] = ["workspace", "home", "answer", "schema"].map((name) =>
    join(folder, name),
  ) as [string, string, string, string];
  for (const each of [workspace, home, join(workspace, ".git")]) mkdirSync(each);
  writeFileSync(outputSchemaFile, '{"type":"object","properties":{},"required":[],"additionalProperties":false}');
  let requests = 0;
  server = createServer((request, response) => {
    requests++;
    request.resume();
    answer(request, response);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const modelBaseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  const settings = { model: "gpt-6.1-sol", effort: "high", webSearch: "disabled", sandbox: "pod" } as const;
  const begun = performance.now();
  let pid: number | undefined;
  const end = await runCodex(
    {
      program: findCodex().path,
      args: [
        ...codexArguments(settings, { stage: "planning", workspace, modelBaseUrl, outputSchemaFile, answerFile }).slice(
          0,
          -1,
        ),
        ...["--skip-git-repo-check", "-"],
      ],
      env: { PATH: process.env["PATH"] ?? "", HOME: home, CODEX_HOME: home, LANG: "C.UTF-8" },
      ...{ workspace, answerFile, prompt: "Say something.", signal: new AbortController().signal, onState: () => {} },
      ...{ deadlineMs: 120_000, idleMs: 120_000, ...limits },
    },
    ((...call: Parameters<SpawnCodex>) => {
      const child = (spawn as SpawnCodex)(...call);
      pid = child.pid;
      return child;
    }) as SpawnCodex,
  );
  return { end, requests, seconds: (performance.now() - begun) / 1_000, group: pid };
}

/** Processes of a group that still run. */
function left(group: number | undefined): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const [state, , of] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(of) === group && state !== "Z";
    } catch {
      // No process, or one that has ended meanwhile.
      return false;
    }
  });
}

const head = { "content-type": "text/event-stream" };
const created =
  'event: response.created\ndata: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1,"status":"in_progress","model":"m","output":[]}}\n\n';

describe.skipIf(process.platform !== "linux")("limits of time, with the real Codex", { timeout: 120_000 }, () => {
  test.each<[string, RequestListener]>([
    ["is silent before its first byte", () => {}],
    ["is silent after its first words", (_, response) => response.writeHead(200, head).write(created)],
    [
      "sends headers, and nothing else",
      (_, response) => {
        response.writeHead(200, head).flushHeaders();
      },
    ],
  ])("a model that %s is idle", async (_, answer) => {
    const { end, requests, seconds, group } = await run(answer, { idleMs: 6_000 });
    expect(requests).toBeGreaterThan(0);
    expect(end).toMatchObject({ code: "idle" });
    expect(seconds).toBeLessThan(60);
    expect(left(group)).toEqual([]);
  });

  test("a model that trickles for ever meets the deadline, however often it shows that it lives", async () => {
    const touches: (() => void)[] = [];
    const { end, seconds, group } = await run(
      (_, response) => {
        response.writeHead(200, head).write(created);
        const timer = setInterval(() => {
          response.write(": still here\n\n");
          for (const touch of touches) touch();
        }, 100);
        response.once("close", () => clearInterval(timer));
      },
      { idleMs: 5_000, deadlineMs: 12_000, onSignOfLife: (touch) => touches.push(touch) },
    );
    expect(end).toMatchObject({ code: "deadline-exceeded" });
    expect(seconds).toBeGreaterThan(11);
    expect(left(group)).toEqual([]);
  });

  test("a model that cuts every stream is tried a few times, and that is no sign of life", async () => {
    const { end, requests, group } = await run(
      (_, response) => {
        response.writeHead(200, head).write(created, () => response.destroy());
      },
      { idleMs: 60_000 },
    );
    expect(["agent-failed", "idle"]).toContain("code" in end && end.code);
    expect(requests).toBeGreaterThan(1);
    expect(requests).toBeLessThan(30);
    expect(left(group)).toEqual([]);
  });
});
