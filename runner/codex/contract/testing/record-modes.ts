import { exec, scriptOf } from "@froussard/simulators/model/script";
import { sandboxPolicies, webSearchModes } from "../../../protocol.ts";
import type { Codex } from "./open-codex.ts";
import { models } from "./record-turns.ts";
import { inTurn, type Recording } from "./recording.ts";

const idle = scriptOf(function* () {
  yield exec("true");
  return "no JSON";
});

/** What the modes of web search send, by dialect; what Codex makes of an answer that its schema forbids. */
export async function recordModes(codex: Codex): Promise<Recording> {
  const cases = models.flatMap((model) => webSearchModes.map((webSearch) => ({ model, webSearch })));
  const rows = await inTurn(cases, async ({ model, webSearch }) => {
    const { requests, exit, answer } = await codex.turn({ model, script: idle, settings: { webSearch } });
    const text = JSON.stringify(requests[0]?.body ?? {});
    return { model, webSearch, exit, answer, search: searchIn(text) };
  });
  const [row] = rows;
  return {
    "web search offered to the model": Object.fromEntries(
      rows.map(({ model, webSearch, search }) => [`${webSearch} with ${model}`, search]),
    ),
    "answer that breaks the output schema": {
      "exit code": row?.exit ?? "",
      "the -o file": row?.answer ?? "not written",
    },
  };
}

function searchIn(request: string): string {
  const hosted = /\{"type":"web_search"[^{}]*?"external_web_access":(true|false)/.exec(request);
  if (hosted) return `hosted tool, external_web_access ${hosted[1]}`;
  if (/"type":"web_search"/.test(request)) return "hosted tool";
  return /web__run/.test(request) ? "web__run inside exec" : "none";
}

/** Names of variables by which somebody might hand a key over. */
const keyVariables = ["OPENAI_API_KEY", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN", "CODEX_GITHUB_PERSONAL_ACCESS_TOKEN"];

/** Whether keys of the environment reach the model or the model's commands. */
export async function recordCredentials(codex: Codex): Promise<Recording> {
  const canary = (name: string) => `canary-${name.toLowerCase()}`;
  let commands = "";
  const script = scriptOf(function* () {
    commands = (yield exec("env; cat /proc/self/environ")).stdout;
    return "{}";
  });
  const env = Object.fromEntries(keyVariables.map((name) => [name, canary(name)]));
  const { requests } = await codex.turn({ model: models[0], script, env });
  const sent = JSON.stringify(requests.slice(0, 1));
  return {
    "keys of the environment": Object.fromEntries(
      keyVariables.map((name) => [
        name,
        `${sent.includes(canary(name)) ? "sent to the model" : "not sent"}, ${commands.includes(canary(name)) ? "shown to commands" : "not shown to commands"}`,
      ]),
    ),
    "authorization header without a key": {
      requests: requests.some(({ headers }) => headers.authorization) ? "sent" : "none",
    },
  };
}

/** `codex sandbox` as the canary calls it, and the sandbox modes of a turn. */
export async function recordSandbox(codex: Codex): Promise<Recording> {
  const run = async (mode: string, command: string) =>
    (await codex.call(["sandbox", "-c", `sandbox_mode="${mode}"`, "--", "sh", "-c", command])).exit;
  const table: Record<string, string> = {};
  for (const mode of ["read-only", "workspace-write"]) {
    table[`exit code of a command in ${mode}`] = await run(mode, "exit 7");
    table[`writing in ${mode}`] = (await run(mode, "touch new")) === "0" ? "allowed" : "refused";
    table[`a network interface in ${mode}`] =
      (await run(mode, "grep -q '^ *e' /proc/net/dev")) === "0" ? "there" : "none";
  }
  for (const sandbox of sandboxPolicies) {
    let seen = "";
    const script = scriptOf(function* () {
      seen = (yield exec("touch new && echo written; env | grep ^CODEX_SANDBOX | sort")).stdout;
      return "{}";
    });
    await codex.turn({ model: models[0], script, settings: { sandbox }, stage: "planning" });
    table[`a command that writes while planning, policy ${sandbox}`] = seen
      .trim()
      .split("\n")
      .join(", ")
      .replace(/^.*Read-only file system/, "refused");
  }
  return { sandbox: table };
}
