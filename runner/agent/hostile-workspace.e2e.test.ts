import { readdirSync, readFileSync } from "node:fs";
import { exec, scriptOf } from "@froussard/simulators/model/script";
import { describe, expect, test } from "vitest";
import { runInBubble, workOf } from "./testing/run-in-bubble.ts";

const report = JSON.stringify({ title: "Change", summary: "Changes.", tests: [] });
const marked = `left-behind-${process.pid}`;

function alive(): string[] {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(marked);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

/** An implementation whose model says these commands. */
function implement(sandbox: "require" | "pod", ...commands: string[]) {
  const outputs: string[] = [];
  const run = runInBubble({
    task: workOf("implementation", { sandbox }),
    repository: { "a.txt": "a\n", "folder/b.txt": "b\n" },
    script: () =>
      scriptOf(function* () {
        for (const command of commands) outputs.push((yield exec(command)).stdout);
        return report;
      }),
  });
  return run.then((result) => ({ ...result, outputs }));
}

describe.skipIf(process.platform !== "linux")("what commands leave, with the real Codex", { timeout: 150_000 }, () => {
  const change = `while :; do date +%N > changing; : ${marked}; done`;
  const deaf = `trap "" TERM HUP INT; ${change}`;
  test.each<["require" | "pod", string, string]>([
    ["require", "in the background", `(${change}) > /dev/null 2>&1 &`],
    ["pod", "in a session of its own, deaf to SIGTERM", `setsid bash -c '${deaf}' > /dev/null 2>&1 < /dev/null &`],
    ["pod", "forked off twice", `(setsid bash -c '(${change}) &' > /dev/null 2>&1 &)`],
  ])("policy %s: a process %s ends with Codex, and files stand still", async (sandbox, _, command) => {
    const run = await implement(sandbox, `${command}\nwhile [ ! -s changing ]; do :; done; echo begun`);
    expect(run.outputs.join(), run.log).toContain("begun");
    expect(run.result, run.log).toMatchObject({ kind: "changes" });
    expect(run.result?.kind === "changes" && run.result.changes.map(({ path }) => path)).toEqual(["changing"]);
    expect(alive()).toEqual([]);
  });

  const socket = `require("net").createServer().listen("a.txt",()=>process.kill(process.pid,"SIGKILL"))`;
  test.each<[string, string, RegExp]>([
    ["a file without rights", "chmod 000 a.txt", /cannot be read any more: "a.txt"/],
    ["a folder without rights", "chmod 000 folder", /cannot be read any more: "folder\/b.txt"/],
    ["rules that are a pipe", "mkfifo .gitignore", /new files cannot be listed/],
    ["a socket in a file's place", `rm a.txt; node -e '${socket}'`, /special files were changed: "a.txt"/],
  ])("%s: refused, and told", async (_, command, detail) => {
    const run = await implement("pod", command);
    expect(run.result, run.log).toMatchObject({
      kind: "failure",
      code: "invalid-changes",
      detail: expect.stringMatching(detail),
    });
  });
});
