import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findCodex } from "../codex-binary.ts";
import { compareRecordings } from "./testing/compare-recordings.ts";
import { readContract } from "./testing/contract-file.ts";
import { type Part, recordContract } from "./testing/record-contract.ts";
import { pick } from "./testing/recording.ts";

test("the installed Codex does what contract.json says; else change the runner, then record it anew (docs/codex-contract.md)", async () => {
  expect(compareRecordings(readContract(), await recordContract(findCodex().path))).toEqual([]);
});

/** Programs that stand between us and Codex and change one thing, as another version could. */
describe("another Codex", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "codex-other-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** @param change JavaScript that may change `args` (before) or `line` (each line of output; undefined drops it) or `code` */
  function otherCodex(change: { args?: string; line?: string; code?: string }): string {
    const file = join(mkdtempSync(join(folder, "codex-")), "codex.mjs");
    const program = `#!${process.execPath}
      import { spawn } from "node:child_process";
      import { createInterface } from "node:readline";
      let args = process.argv.slice(2);
      ${change.args ?? ""}
      const child = spawn(${JSON.stringify(findCodex().path)}, args, { stdio: ["inherit", "pipe", "inherit"] });
      for (const name of ["SIGTERM", "SIGHUP", "SIGINT"]) process.on(name, () => child.kill(name));
      createInterface({ input: child.stdout }).on("line", (line) => {
        ${change.line ?? ""}
        if (line !== undefined) process.stdout.write(line + "\\n");
      });
      child.on("close", (code, signal) => {
        ${change.code ?? ""}
        if (signal) process.kill(process.pid, "SIGKILL");
        process.exitCode = code;
      });`;
    writeFileSync(file, program, { mode: 0o755 });
    return file;
  }
  async function differences(program: string, part: Part): Promise<string[]> {
    const found = await recordContract(program, [part]);
    return compareRecordings(pick(readContract(), Object.keys(found)), found);
  }

  test.each<[name: string, part: Part, change: Parameters<typeof otherCodex>[0], differences: string[]]>([
    ["that is the same is told as that", "turns", {}, []],
    [
      "that tells no todo list is named",
      "turns",
      { line: 'if (line.includes(\'"type":"todo_list"\')) line = undefined;' },
      [
        "`item.completed of todo_list` left the events of a turn",
        "`item.started of todo_list` left the events of a turn",
        "`item.updated of todo_list` left the events of a turn",
        "`item.updated.item: object` left the fields of events",
        "`item.updated.type: string` left the fields of events",
        "`todo_list.id: string` left the fields of items",
        "`todo_list.items: list` left the fields of items",
        "`todo_list.type: string` left the fields of items",
      ],
    ],
    [
      "that offers no web search is named",
      "modes",
      {
        args: 'args = args.map((arg) => arg.startsWith("web_search=") ? \'web_search="disabled"\' : arg);',
      },
      [
        "`cached with gpt-6.1-sol` of the web search offered to the model was `web__run inside exec` and is `none`",
        "`live with gpt-6.1-sol` of the web search offered to the model was `web__run inside exec` and is `none`",
        "`cached with gpt-5.5` of the web search offered to the model was `hosted tool, external_web_access true` and is `none`",
        "`live with gpt-5.5` of the web search offered to the model was `hosted tool, external_web_access true` and is `none`",
      ],
    ],
    [
      "that has lost a flag is named",
      "arguments",
      { args: 'args = args.map((arg) => arg === "--ignore-rules" ? "--ignored-rules" : arg);' },
      [
        "`--ignore-rules` of the arguments that the runner gives was `accepted` and is `refused, exit code 2: unexpected argument '--ignored-rules' found`",
      ],
    ],
    [
      "that ends otherwise when its quota is used up is named",
      "ends",
      { code: "if (code === 1 && !args.includes('--version')) code = 5;" },
      expect.arrayContaining(["`a quota that is used up` of the exit codes was `1` and is `5`"]),
    ],
    [
      "that counts tokens otherwise is named",
      "turns",
      { line: 'line = line.replace(/"input_tokens":\\d+/, \'"input_tokens":7\');' },
      [
        "`usage.input_tokens` of the end of a turn with gpt-6.1-sol was `those of all requests` and is `not those of all requests`",
        "`usage.input_tokens` of the end of a turn with gpt-5.5 was `those of all requests` and is `not those of all requests`",
      ],
    ],
  ])("%s", async (_, part, change, expected) => {
    expect(await differences(otherCodex(change), part)).toEqual(expected);
  });
});
