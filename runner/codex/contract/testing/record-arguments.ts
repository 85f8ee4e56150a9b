import { stages } from "@froussard/contract";
import { reasoningEfforts, sandboxPolicies, webSearchModes } from "../../../protocol.ts";
import { codexArguments } from "../../codex-arguments.ts";
import type { Codex, CodexCall } from "./open-codex.ts";
import { inTurn, type Recording } from "./recording.ts";

/** Every argument that the runner may give, one at a time: a flag, with its value where it has one. */
function ourArguments(): string[][] {
  const call = {
    ...{ workspace: "/workspace", modelBaseUrl: "http://127.0.0.1:1/v1", commandProxy: "http://127.0.0.1:1" },
    ...{ outputSchemaFile: "/schema.json", answerFile: "/answer" },
  };
  const parts = stages.flatMap((stage) =>
    sandboxPolicies.flatMap((sandbox) =>
      webSearchModes.flatMap((webSearch) =>
        reasoningEfforts.flatMap((effort) => {
          const codex = { model: "gpt-6.1-sol", effort, webSearch, sandbox };
          return partsOf(codexArguments(codex, { ...call, stage }).slice(1, -1));
        }),
      ),
    ),
  );
  return [...new Map(parts.map((part) => [part.join(" "), part])).values()];
}

function partsOf(line: readonly string[]): string[][] {
  const parts: string[][] = [];
  for (const word of line) {
    if (word.startsWith("-")) parts.push([word]);
    else parts.at(-1)?.push(word);
  }
  return parts;
}

/** Whether each argument of the runner is taken, and controls: what is misspelt is refused. */
export async function recordArguments(codex: Codex): Promise<Recording> {
  const misspelt = [["--jsonn"], ["-s", "read-all"], ["-c", "web_serch=true"], ["--disable", "no_such_feature"]];
  const table = async (parts: readonly string[][]) =>
    Object.fromEntries(await inTurn(parts, async (part) => [part.join(" "), await verdict(codex, part)]));
  return {
    "arguments that the runner gives": await table(ourArguments()),
    "arguments that do not exist": await table(misspelt),
  };
}

const providerKey = /^model_provider(?:s\.|=)/;
/** A provider is checked as a whole. */
const provider = ourArguments().filter(([, value]) => providerKey.test(value ?? ""));

/** Flags are taken or refused before `--help` is followed; configuration and features when a turn would begin. */
async function verdict(codex: Codex, part: readonly string[]): Promise<string> {
  const isLoaded = part[0] === "-c" || part[0] === "--disable";
  const all = providerKey.test(part[1] ?? "") ? provider.flat() : part;
  const end = await codex.call(
    isLoaded ? ["exec", "--strict-config", "--skip-git-repo-check", ...all, "-"] : ["exec", ...part, "--help"],
  );
  return end.exit === "0" || end.stderr.includes("No prompt provided via stdin.") ? "accepted" : refusal(end);
}

function refusal({ exit, stderr }: CodexCall): string {
  const reason = /^error[^:\n]*: (.*)$/im.exec(stderr)?.[1] ?? stderr.trim().split("\n").at(-1);
  return `refused, exit code ${exit}: ${reason}`;
}
