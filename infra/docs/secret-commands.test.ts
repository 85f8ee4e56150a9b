import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { everythingOn, settingsWith } from "../testing/deployment.ts";
import { pages } from "./pages.ts";

const commands = [everythingOn, { github: { credential: "app" as const } }].flatMap((changes) =>
  (pages(settingsWith(changes))["secrets.md"] ?? "").split("\n").filter((line) => line.includes("kubectl create")),
);
const folder = mkdtempSync(join(tmpdir(), "secret-commands-"));

/** Tells what it was given, instead of asking a cluster. */
const kubectl = `#!/bin/bash
for argument in "$@"; do
  case $argument in
    --from-file=*) rest=\${argument#--from-file=}; echo "\${rest%%=*} is $(cat "\${rest#*=}")" ;;
    *) printf '%s\\n' "$argument" ;;
  esac
done
`;

beforeAll(() => writeFileSync(join(folder, "kubectl"), kubectl, { mode: 0o755 }));
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: string, typed: string): string[] {
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env["PATH"]}` };
  const { stdout } = spawnSync("bash", ["-c", command], { input: typed, env, encoding: "utf8" });
  return stdout.trimEnd().split("\n");
}

describe("the commands that make the Secrets", () => {
  test("put what is typed into the key that it was asked for", () => {
    const command = commands.find((line) => line.includes("kafka-codex-credentials")) ?? "";
    expect(run(command, "pa$$ w'ord\n")).toEqual([
      ...["create", "secret", "generic", "kafka-codex-credentials", "-n", "argo-workflows"],
      "--from-literal=username=codex-consumer",
      "password is pa$$ w'ord",
    ]);
  });

  test("make nothing when nothing can be read", () => {
    const command = commands.find((line) => line.includes("codex-openai")) ?? "";
    expect(run(command, "")).toEqual([""]);
  });

  test.each(commands)("%s", (command) => {
    // In a shell that people type in, what runs within <(…) stands in the background and is refused the terminal.
    expect(command).not.toMatch(/<\([^)]*read/);
    // A certificate or private key has many lines, of which `read` would take the first.
    for (const [, key] of command.matchAll(/--from-file=(ca\.crt|private-key)=/g))
      expect(command).toContain(`--from-file=${key}=FILE`);
  });
});
