import { spawnSync } from "node:child_process";
import { buildTool } from "@froussard/infra/platform/build-tool";
import { cacheFolder } from "@froussard/infra/platform/cache-folder";
import { describeWithTools } from "@froussard/infra/platform/testing/describe-with-tools";
import { beforeAll, expect, test } from "vitest";
import { programs } from "../../e2e/platform/programs/programs.ts";
import { shellBlocks } from "./block-mark.ts";
import { type Help, unknownFlags } from "./command-line-flags.ts";
import { documentation } from "./documentation.ts";
import { readScript, type ShellCommand } from "./shell-commands.ts";

/** Every command of the pages for one of the platform's programs, with its place. */
const commandsOf = (name: string) =>
  documentation().flatMap((page) =>
    shellBlocks(page).flatMap(({ text, line }) =>
      readScript(text)
        .commands.filter(({ program }) => program === name)
        .map((command) => ({ at: `${page.path}:${line}`, command })),
    ),
  );

describeWithTools("commands of the documentation, by the help of the real programs", ({ argo }) => {
  let kubectl: string;
  beforeAll(async () => {
    const report = (line: string) => console.error(line);
    kubectl = await buildTool(programs.kubectl, { cache: cacheFolder(process.env), env: process.env, report });
  }, 1_800_000);

  const told = new Map<string, string>();
  const helpOf =
    (program: string): Help =>
    async (args) => {
      const asked = [program, ...args].join(" ");
      const known = told.get(asked);
      if (known !== undefined) return known;
      const { stdout, stderr } = spawnSync(program, args, { encoding: "utf8", timeout: 30_000 });
      told.set(asked, stdout + stderr);
      return stdout + stderr;
    };

  async function faults(name: string, program: string, extra: string): Promise<string[]> {
    const commands = commandsOf(name);
    expect(commands.length).toBeGreaterThan(5);
    const found = await Promise.all(
      commands.map(async ({ at, command }) =>
        (await unknownFlags(command, helpOf(program), extra)).map((flag) => `${at}: ${name} has no ${flag} here`),
      ),
    );
    return found.flat();
  }

  test("kubectl has every option that it is called with", async () => {
    expect(await faults("kubectl", kubectl, await helpOf(kubectl)(["options"]))).toEqual([]);
  }, 180_000);

  test("argo has every option that it is called with", async () => {
    expect(await faults("argo", argo, "")).toEqual([]);
  }, 180_000);

  test("an option that a program does not have is found", async () => {
    const wrong: ShellCommand = { program: "argo", arguments: ["list", "-n", "x", "--runing"] };
    expect(await unknownFlags(wrong, helpOf(argo))).toEqual(["--runing"]);
    const other: ShellCommand = {
      program: "kubectl",
      arguments: ["rollout", "restart", "deployment/x", "--selctor=a"],
    };
    expect(await unknownFlags(other, helpOf(kubectl))).toEqual(["--selctor"]);
  });
});
