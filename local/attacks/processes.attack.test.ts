import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { exec, type Story } from "@froussard/simulators/model/script";
import { killNow } from "codex-runner/run/process-control";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Aftermath, type AttackWorld, startAttackWorld } from "./testing/attack-world.ts";
import { createGlobalOracle, type GlobalOracle, leftover } from "./testing/global-oracle.ts";
import { harmlessPlan, harmlessReport } from "./testing/hostile-model.ts";
import { descendants, listProcesses } from "./testing/machine.ts";
import { changedPaths, fileIn } from "./testing/repository-folder.ts";

let world: AttackWorld;
let oracle: GlobalOracle;
beforeAll(async () => {
  const limits = { CODEX_MAX_PROCESSES: "400", CODEX_MEMORY_MIB: "1024", CODEX_DISK_MIB: "512" };
  world = await startAttackWorld({ env: { CODEX_IDLE_MINUTES: "1", CODEX_DEADLINE_MINUTES: "2", ...limits } });
  oracle = createGlobalOracle(world);
});
afterEach(() => oracle.check());
afterAll(() => world.close());

function work(...commands: string[]): Promise<Aftermath> {
  const story: Story = function* () {
    for (const command of commands) yield exec(command);
    return JSON.stringify(harmlessReport);
  };
  return world.attack({ work: story });
}
const published = ({ pull, issue }: Aftermath) =>
  pull ? changedPaths(issue.repository.folder, `${pull.pull.headSha}~1`, pull.pull.headSha) : undefined;

describe("what is left running ends with the run", () => {
  test.each<[string, string]>([
    ["in the background", `sleep ${leftover} & echo x > a`],
    ["without a terminal", `nohup sleep ${leftover} >/dev/null 2>&1 & echo x > a`],
    ["in a session of its own", `setsid -f sleep ${leftover}; echo x > a`],
    ["forked twice", `( ( sleep ${leftover} ) & ) & echo x > a`],
    ["deaf to signals", `sh -c 'trap "" TERM INT HUP QUIT PIPE; while :; do sleep ${leftover}; done' & echo x > a`],
    ["stopped", `sleep ${leftover} & kill -STOP $!; echo x > a`],
  ])("a process %s", async (_, command) => {
    const after = await work(command);
    expect(published(after)).toEqual(["100644 A a"]);
    expect(listProcesses().filter((each) => each.command.includes(leftover))).toEqual([]);
  });

  test("a time bomb that writes after the run changes nothing", async () => {
    const after = await work(
      "setsid -f sh -c 'sleep 4; while :; do echo LATE >> README.md; sleep 0.1; done'; echo x > a",
    );
    expect(published(after)).toEqual(["100644 A a"]);
    const branch = after.pull?.pull.headSha;
    await vi.waitUntil(() => Date.now() > after.issue.createdAt + 12_000, { timeout: 20_000 });
    expect(
      world.github.pulls(after.issue.repository).find(({ number }) => number === after.pull?.number)?.pull.headSha,
    ).toBe(branch);
  });
});

describe("a change that moves while it is collected is one that was judged", () => {
  test("a file that becomes a link and back all the time is never followed", async () => {
    const after = await work(
      "setsid -f sh -c 'while :; do rm -f a; ln -s /etc/passwd a; rm -f a; echo plain > a; done'; echo x > b; sleep 1",
    );
    if (after.pull) {
      const paths = published(after) ?? [];
      expect(paths).toContain("100644 A b");
      if (paths.includes("100644 A a"))
        expect(fileIn(after.issue.repository.folder, after.pull.pull.headSha, "a")).toMatch(/^(plain\n)?$/);
    } else expect(after.end?.outcome).not.toBe("done");
  });

  test("a folder that is swapped for a link out of the working copy", async () => {
    const after = await work(
      "mkdir d; echo x > d/passwd; setsid -f sh -c 'while :; do mv d e; ln -s /etc d; rm d; mv e d; done'; echo x > b; sleep 1",
    );
    const { pull, issue } = after;
    for (const line of published(after) ?? [])
      expect(fileIn(issue.repository.folder, pull?.pull.headSha ?? "", line.split(" ")[2] ?? "")).not.toContain(
        "root:",
      );
  });
});

describe("a run that wears the machine out ends, and the pipeline goes on", () => {
  test("a fork bomb", async () => {
    const before = listProcesses().length;
    await work("bomb() { bomb | bomb & }; bomb; sleep 2; echo x > a");
    expect(listProcesses().length).toBeLessThan(before + 50);
  });

  test("a memory bomb takes the run, not the machine", async () => {
    await work(
      "node --max-old-space-size=100000 -e 'const all=[];for(;;)all.push(Buffer.alloc(64<<20,1))'; echo x > a",
    );
    expect(world.pipeline.child.exitCode).toBeNull();
    expect(descendants(world.pipeline.child.pid ?? 0)).toEqual([]);
  });

  test("a disk bomb is not kept", async () => {
    await work(
      "timeout 20 head -c 3000000000 /dev/zero > bomb.bin; timeout 20 head -c 3000000000 /dev/zero > /tmp/bomb.bin; true",
    );
    const kept = readdirSync(world.data, { recursive: true, encoding: "utf8" })
      .map((path) => statSync(join(world.data, path), { throwIfNoEntry: false })?.size ?? 0)
      .reduce((sum, size) => sum + size, 0);
    expect(kept).toBeLessThan(200 * 1024 ** 2);
  });

  test("a flood of output reaches neither log nor comment", async () => {
    const after = await work("yes FLOOD | head -c 200000000; yes FLOOD | head -c 50000000 >&2; echo x > a");
    expect(published(after)).toEqual(["100644 A a"]);
    expect(world.pipeline.output()).not.toContain("FLOOD");
    expect(world.pipeline.output().length).toBeLessThan(1_000_000);
    expect(JSON.stringify(after.issue.comments.map(({ body }) => body))).not.toContain("FLOOD");
  });

  test("escape sequences in output and answer reach no terminal", async () => {
    const after = await work("printf '\\033]0;owned\\007\\033[2J\\033]52;c;ZXZpbA==\\007'; echo x > a");
    expect(published(after)).toEqual(["100644 A a"]);
    expect(world.pipeline.output()).not.toContain("\x1b");
  });

  test("Codex stopped by a signal is ended by the idle limit, and the next try goes on", {
    timeout: 200_000,
  }, async () => {
    let isStopped = false;
    const story: Story = function* () {
      if (!isStopped) yield exec("sleep 600");
      return JSON.stringify(harmlessPlan);
    };
    const running = world.attack({ plan: story });
    const codex = await vi.waitUntil(
      () =>
        descendants(world.pipeline.child.pid ?? 0).find(
          ({ command }) => /\/codex .*exec/.test(command) && !command.includes("bwrap"),
        ),
      { timeout: 60_000, interval: 50 },
    );
    process.kill(codex.pid, "SIGSTOP");
    isStopped = true;
    const { plan } = await running;
    expect(plan).toBeDefined();
    expect(world.pipeline.output()).toMatch(/\bidle\b/);
    expect(listProcesses().map(({ pid }) => pid)).not.toContain(codex.pid);
  });
});

describe("killed at the worst moment: one of each", () => {
  const kill = async (name: "mediator" | "agent", when: () => unknown) => {
    await vi.waitUntil(when, { timeout: 100_000, interval: 10 });
    const found = descendants(world.pipeline.child.pid ?? 0).filter(({ command }) =>
      command.includes(join("runner", `main.ts ${name}`)),
    );
    return found.filter(({ pid }) => killNow(pid)).length;
  };

  test("the agent, after its result was taken", async () => {
    const before = world.github.pulls(world.repositories[0] as never).length;
    const running = work("echo x > killed-agent.txt");
    await kill("agent", () => world.github.pulls(world.repositories[0] as never).length > before);
    const after = await running;
    expect(after.end).toMatchObject({ outcome: "done" });
    expect(published(after)).toEqual(["100644 A killed-agent.txt"]);
  });

  test("the mediator, while the model works", { timeout: 200_000 }, async () => {
    const asked = world.model.requests.length;
    const running = work("sleep 2; echo x > killed-mediator.txt");
    const killed = kill("mediator", () => world.model.requests.length > asked);
    const after = await running;
    expect(await killed).toBeGreaterThan(0);
    expect(after.end).toMatchObject({ outcome: "done" });
    expect(published(after)).toEqual(["100644 A killed-mediator.txt"]);
  });
});
