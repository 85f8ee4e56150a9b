import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { markers } from "@froussard/contract";
import { exec, scriptOf } from "@froussard/simulators/model/script";
import { afterEach, describe, expect, test } from "vitest";
import { startWorld, type World } from "./testing/start-world.ts";

let world: World;
afterEach(() => world.close());

/** Ids of the processes of the run under way: the mediator, then the agent's bubble. */
function processes(stateFolder: string): number[] {
  const file = join(stateFolder, "processes.json");
  if (!existsSync(file)) return [];
  return JSON.parse(readFileSync(file, "utf8")).children.map(({ pid }: { pid: number }) => pid);
}
const isAlive = (pid: number) =>
  existsSync(`/proc/${pid}/exe`) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));

describe.skipIf(process.platform !== "linux")("runTask, with real processes", () => {
  test("a failure that a person must repair is told once, and not tried again", async () => {
    world = await startWorld();
    world.openIssue();
    world.model.inject({ kind: "insufficient-quota" });
    const progress: unknown[] = [];
    const result = await world.run({}, { onProgress: (event) => event.kind !== "state" && progress.push(event) });
    expect(result, world.log.join("")).toMatchObject({ outcome: "failed", code: "model-refused" });
    expect(progress).toEqual([
      { kind: "attempt", number: 1 },
      { kind: "closed", outcome: "failed", code: "model-refused", detail: expect.any(String) },
    ]);
    expect(world.comments("result")).toHaveLength(1);
  });

  test("by hand, a plan that was deleted is made again, and nothing is told but the plan", async () => {
    world = await startWorld();
    world.openIssue();
    expect(await world.run({})).toMatchObject({ outcome: "done" });
    const [plan] = world.github.comments(world.repository, 1).filter(({ body }) => body?.startsWith(markers.plan));
    if (!plan) throw new Error("no plan");
    world.github.as("codex-automation").deleteComment(plan);
    expect(await world.run({}), world.log.join("")).toMatchObject({
      outcome: "done",
      planCommentUrl: expect.any(String),
    });
    expect(world.comments("plan")).toHaveLength(1);
    expect(world.comments("result")).toEqual([]);
  });

  test.each([
    ["mediator", 0, "mediator-lost"],
    ["agent", 1, "agent-lost"],
  ] as const)("kill -9 of the %s: the run goes on, and one plan comes out", async (_, index, code) => {
    world = await startWorld();
    world.openIssue();
    world.model.inject({ kind: "hang" });
    const progress: unknown[] = [];
    const running = world.run({}, { onProgress: (event) => progress.push(event) });
    await world.modelIsAsked();
    const pid = processes(join(world.folder, "state-planning"))[index];
    if (pid === undefined) throw new Error("no such process");
    process.kill(pid, "SIGKILL");
    expect(await running, world.log.join("")).toMatchObject({ outcome: "done" });
    expect(progress).toContainEqual(expect.objectContaining({ kind: "closed", outcome: "failed", code, againInMs: 1 }));
    expect(world.comments("plan")).toHaveLength(1);
    expect(world.comments("progress")).toHaveLength(1);
  });

  test("the model's todo list is shown in the progress comment while it works", async () => {
    const steps = [{ step: "Read what is there", status: "in_progress" }] as const;
    world = await startWorld(
      scriptOf(function* () {
        yield { kind: "todo", steps };
        yield exec("sleep 60");
        return "{}";
      }),
    );
    world.openIssue();
    const aborter = new AbortController();
    const running = world.run({}, { signal: aborter.signal });
    const ended = expect(running).rejects.toThrow("seen enough");
    await expect.poll(() => world.comments("progress")[0]?.body, { timeout: 30_000 }).toContain("☐ Read what is there");
    aborter.abort(new Error("seen enough"));
    await ended;
  });

  describe("codex-runner run", () => {
    function start(...args: string[]) {
      const { secrets, settings } = world.options({});
      const main = join(import.meta.dirname, "..", "main.ts");
      const all = ["run", "--stage", "planning", "--repository", "maintainer/hello", "--issue-number", "1", ...args];
      const child = spawn(process.execPath, [main, ...all], {
        env: {
          ...settings.passedOn,
          ...{ PATH: settings.path, LANG: settings.lang, XDG_STATE_HOME: world.folder, HOME: world.folder },
          ...{ GITHUB_TOKEN: secrets.githubToken, OPENAI_API_KEY: secrets.openaiApiKey },
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let [output, errors] = ["", ""];
      child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
      const ended = once(child, "close").then(([code]) => ({ code: code as number | null, output, errors }));
      return { child, ended };
    }
    const stateFolder = () => join(world.folder, "codex-runner", "maintainer-hello-1-planning");

    test("prints the plan's address; the same call after kill -9 goes on, and leaves no process behind", async () => {
      world = await startWorld();
      world.openIssue();
      world.model.inject({ kind: "hang" });
      const first = start();
      await world.modelIsAsked();
      const pids = processes(stateFolder());
      expect(pids.filter(isAlive)).toHaveLength(2);
      first.child.kill("SIGKILL");
      await first.ended;
      const { code, output, errors } = await start().ended;
      expect(errors).toContain("mediator: task confirmed");
      expect(output, errors).toMatch(/^http\S+#issuecomment-\d+\n$/);
      expect(code).toBe(0);
      expect(pids.filter(isAlive)).toEqual([]);
      expect(world.comments("plan")).toHaveLength(1);
      expect(world.comments("progress")).toHaveLength(1);
    });

    test("Ctrl-C ends everything in order and keeps the record", async () => {
      world = await startWorld();
      world.openIssue();
      world.model.inject({ kind: "hang" });
      const { child, ended } = start();
      await world.modelIsAsked();
      const pids = processes(stateFolder());
      child.kill("SIGINT");
      const { code, errors } = await ended;
      expect(errors).toContain("stopped by SIGINT");
      expect(code).toBe(130);
      expect(pids.filter(isAlive)).toEqual([]);
      expect(readdirSync(stateFolder())).toContain("record.json");
      expect(readdirSync(stateFolder())).not.toContain("agent");
      expect(await world.run({}, { stateFolder: stateFolder() })).toMatchObject({ outcome: "done" });
    });
  });
});
