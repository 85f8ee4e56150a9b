import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { exec, scriptOf } from "@froussard/simulators/model/script";
import { afterEach, describe, expect, test } from "vitest";
import type { RunProgress, RunTaskOptions } from "./run-task.ts";
import { startWorld, type World } from "./testing/start-world.ts";

let world: World;
afterEach(() => world.close());

describe.skipIf(process.platform !== "linux")(
  "runTask, with real processes, Codex and git",
  { timeout: 60_000 },
  () => {
    test("plans an issue, and after the 👍 opens a draft pull request; a second call changes nothing", async () => {
      world = await startWorld();
      world.openIssue();
      const told: RunProgress[] = [];
      const planned = await world.run({}, { onProgress: (progress) => told.push(progress) });
      expect(planned, world.log.join("")).toMatchObject({ outcome: "done", planCommentUrl: expect.any(String) });
      expect([told[0], told.at(-1)]).toEqual([
        { kind: "attempt", number: 1 },
        { kind: "closed", outcome: "done" },
      ]);
      const states = told.flatMap((each) => (each.kind === "state" ? [each.state] : []));
      expect([...new Set(states.map(({ phase }) => phase))]).toEqual(["working", "publishing", "ended"]);
      expect(states.map(({ activity }) => activity)).toContain("thinking");
      expect(states.at(-1)?.ledger.outputTokens).toBeGreaterThan(0);
      expect(world.comments("plan")).toHaveLength(1);
      world.approve();
      const done = await world.run({ stage: "implementation" });
      expect(done, world.log.join("")).toMatchObject({
        outcome: "done",
        pullRequestUrl: expect.stringContaining("/pull/"),
      });
      const [pull] = world.github.pulls(world.repository);
      expect(pull?.pull.draft).toBe(true);
      const readme = execFileSync("git", ["show", `${pull?.pull.headBranch}:README.md`], {
        cwd: world.repository.folder,
        encoding: "utf8",
      });
      expect(readme).toContain("the example");

      const requests = world.model.requests.length;
      expect(await world.run({ stage: "implementation" })).toMatchObject({
        outcome: "done",
        pullRequestUrl: done.pullRequestUrl,
      });
      expect(world.model.requests).toHaveLength(requests);
      expect(world.github.pulls(world.repository)).toHaveLength(1);
      expect(readdirSync(join(world.folder, "state-implementation"))).toEqual([]);
    });

    const texts = { issueTitle: "Typo", issueBody: "Fix a typo: teh should be the" };
    test.each<[string, Partial<RunTaskOptions["task"]>]>([
      ["a dry run without an issue", { dryRun: texts }],
      ["a run whose texts stand in for an issue that does not exist", { issueNumber: 999, texts }],
    ])("prints %s, and posts and pushes nothing", async (_, task) => {
      world = await startWorld();
      const result = await world.run({ base: "main", ...task });
      expect(result, world.log.join("")).toMatchObject({ outcome: "done", text: expect.stringContaining("README.md") });
      const writes = world.github.requests.filter(
        ({ method, path }) => method !== "GET" && !/graphql|git-upload-pack/.test(path),
      );
      expect(writes).toEqual([]);
    });

    test("wrong settings are told all together, before anything starts", async () => {
      world = await startWorld();
      const { settings } = world.options({});
      const passedOn = { ...settings.passedOn, CODEX_SANDBOX: "none", CODEX_REASONING_EFFORT: "hard" };
      await expect(world.run({}, { settings: { ...settings, passedOn } })).rejects.toThrow(
        /CODEX_REASONING_EFFORT is not one of.*CODEX_SANDBOX is not one of/s,
      );
      expect(world.github.requests).toEqual([]);
    });

    test("a hostile model gets no secret out: not to the model, not to GitHub, not into logs or arguments", async () => {
      const commands = [
        "env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr '\\0' '\\n' | sort -u",
        "cat ~/.codex/auth.json ~/.git-credentials ~/.config/gh/hosts.yml .git/config 2>&1; git config --list --show-origin; git remote -v",
        "ls -A / /run /home /root /tmp 2>&1; cat /run/mediator.sock 2>&1; find / -name record.json -not -path '/proc/*' 2>/dev/null; echo end",
        "curl -sS -m 2 --unix-socket /run/mediator.sock http://localhost/task 2>&1; echo end",
      ];
      const outputs: string[] = [];
      world = await startWorld(
        scriptOf(function* () {
          const seen: string[] = [];
          for (const command of commands) seen.push((yield exec(command)).stdout);
          outputs.splice(0, outputs.length, ...seen);
          return JSON.stringify({
            summary: seen.join("\n").slice(0, 3_000),
            steps: [{ title: "Leak", detail: seen.join("\n").slice(0, 3_000) }],
            ...{ files: [], commands: [], risks: [], tests: [], openQuestions: [] },
          });
        }),
      );
      world.openIssue();
      const seenArguments = new Set<string>();
      const watching = setInterval(() => {
        for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
          if (existsSync(`/proc/${pid}/cmdline`)) {
            try {
              seenArguments.add(readFileSync(`/proc/${pid}/cmdline`, "utf8"));
            } catch {
              // Ended between the two looks.
            }
          }
      }, 20);
      const result = await world.run({});
      clearInterval(watching);
      expect(result, world.log.join("")).toMatchObject({ outcome: "done" });
      expect(outputs[0]).toContain("CODEX_SANDBOX_NETWORK_DISABLED=1");
      expect([...seenArguments].join("\n")).toContain("main.ts\0mediator");
      const everything = [
        ...world.model.requests.map(({ body }) => JSON.stringify(body)),
        ...world.github.comments(world.repository, 1).map(({ body }) => body),
        ...world.log,
        ...outputs,
        ...seenArguments,
      ].join("\n");
      expect(Object.values(world.secrets).filter((secret) => everything.includes(secret))).toEqual([]);
      expect(outputs.join("\n")).not.toMatch(/RUN_BEARER|GITHUB_TOKEN|OPENAI_API_KEY/);
    });
  },
);
