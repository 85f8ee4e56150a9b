import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exec, scriptOf } from "@froussard/simulators/model/script";
import { afterEach, describe, expect, test } from "vitest";
import { startWorld, type World } from "./testing/start-world.ts";

let world: World;
afterEach(() => world.close());

const plan = {
  summary: "It ran.",
  steps: [{ title: "None", detail: "None." }],
  files: [],
  commands: [],
  risks: [],
  tests: [],
  openQuestions: [],
};
/** A name for the processes of one test, to look for afterwards. */
const mark = (name: string) => `marked-${name}-${process.pid}`;

function alive(name: string): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(mark(name));
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
}

/** A run whose model says one command, within small limits. */
async function runCommand(command: string, settings: Record<string, string> = {}, sandbox = "require") {
  const outputs: string[] = [];
  world = await startWorld(
    scriptOf(function* () {
      outputs.push((yield exec(command)).stdout);
      return JSON.stringify(plan);
    }),
  );
  world.openIssue();
  const options = world.options({});
  const passedOn = {
    ...options.settings.passedOn,
    ...{ CODEX_SANDBOX: sandbox, CODEX_MAX_PROCESSES: "400", CODEX_MEMORY_MIB: "600", CODEX_DISK_MIB: "200" },
    ...settings,
  };
  const begun = performance.now();
  const result = await world.run({}, { settings: { ...options.settings, passedOn } });
  return { result, output: outputs.at(-1), seconds: (performance.now() - begun) / 1_000, log: world.log.join("") };
}

const hold = (name: string, code: string) => `node -e '${code}' ${mark(name)}`;
const fill =
  "const fs=require(`fs`);const b=Buffer.alloc(1<<20,1);const d=process.env.TMPDIR||`/tmp`;for(let i=0;i<600;i++)fs.writeFileSync(d+`/fill`+i,b);setTimeout(()=>{},60000)";
const eat = "const all=[];for(let i=0;i<1500;i++)all.push(Buffer.alloc(1<<20,1));setTimeout(()=>{},60000)";

describe.skipIf(process.platform !== "linux")("limits of the bubble, with the real Codex", { timeout: 120_000 }, () => {
  test.each<[string, string, string, RegExp]>([
    ["memory", "pod", hold("memory", eat), /MiB of memory, more than 600 \(CODEX_MEMORY_MIB\)/],
    [
      "memory of many",
      "pod",
      `for i in 1 2 3 4; do ${hold("many", eat.replace("1500", "250"))} & done; wait`,
      /MiB of memory, more than 600 \(CODEX_MEMORY_MIB\)/,
    ],
    [
      "memory in files without a name",
      "pod",
      `python3 -c 'import os,time
for i in range(10):
  fd=os.memfd_create("x")
  for j in range(150): os.write(fd,b"1"*(1<<20))
time.sleep(60)' ${mark("memfd")}`,
      /MiB of memory, more than 600 \(CODEX_MEMORY_MIB\)/,
    ],
    ["disk", "pod", hold("disk", fill), /MiB on disk, more than 200 \(CODEX_DISK_MIB\)/],
  ])("%s", async (_, sandbox, command, detail) => {
    const { result, seconds, log } = await runCommand(command, {}, sandbox);
    expect(result, log).toMatchObject({
      outcome: "failed",
      code: "sandbox-limit",
      detail: expect.stringMatching(detail),
    });
    expect(seconds).toBeLessThan(60);
    expect(["memory", "many", "memfd", "disk"].flatMap(alive)).toEqual([]);
    expect(existsSync(join(world.folder, "state-planning", "agent"))).toBe(false);
    expect(world.comments("result")).toHaveLength(1);
  });

  test("a fork bomb", async () => {
    // Nobody but the kernel, for who is not root, or the watch, for root, stops it.
    const { result, output, log } = await runCommand(
      "bomb() { sleep 20 & bomb | bomb & }; bomb; sleep 20; pgrep -c sleep",
      {},
      "pod",
    );
    const ended = result.code === "sandbox-limit" && /more than 400 \(CODEX_MAX_PROCESSES\)/.test(result.detail ?? "");
    expect(ended || Number(output) < 400, log).toBe(true);
  });

  const seen = "ulimit -n; nice; cat /proc/self/oom_score_adj";
  test.each<[string, string, RegExp]>([
    ["require", seen, /^16384\n\d+\n500\n$/],
    [
      "pod",
      `${seen}; truncate -s 1T $TMPDIR/x 2>&1 || echo refused; mkdir $TMPDIR/none; chmod 000 $TMPDIR/none`,
      /^16384\n\d+\n500\n.*File.*\nrefused\n$/,
    ],
  ])("what is within the limits goes on, and leaves nothing: policy %s", async (sandbox, command, expected) => {
    const { result, output, log } = await runCommand(command, {}, sandbox);
    expect(result, log).toMatchObject({ outcome: "done" });
    expect(output).toMatch(expected);
    expect(existsSync(join(world.folder, "state-planning", "agent"))).toBe(false);
  });
});
