import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startWorld, type World } from "../../../runner/run/testing/start-world.ts";
import { exec, type ModelScript, scriptOf } from "../../../simulators/model/script.ts";
import type { Container, ContainerOptions } from "./container.ts";
import { openPodNetwork, type PodNetwork } from "./pod-network.ts";
import { type RunPod, runPod } from "./run-pod.ts";
import { watchMemory } from "./watch-memory.ts";

const uid = "8d7f0c4e-5b1a-4c6e-9a55-0123456789ab";
/**
 * Most memory that one of our processes may ever hold, git and Codex apart. Measured: mediator 111 to 124, wrapper 77 to 79;
 * 45 of each are Node.js's own program, which processes share. The rest is room for the garbage of a busy machine.
 */
const mostMegabytes = 135;

/**
 * Whole runs in the images of a run, as its WorkflowTemplate describes their pods: the agent's reaches its mediator and
 * nothing else, GitHub and model are simulated. A part of the images' suite, which has built them.
 */
export function describeRuns(start: (pod: RunPod, options?: Pick<ContainerOptions, "network">) => Container): void {
  describe("carry out whole tasks", () => {
    let network: PodNetwork;
    let world: World;
    beforeAll(() => {
      network = openPodNetwork();
    });
    afterAll(() => network?.close());
    afterEach(() => world.close());

    /** The pod of a template, with the simulators in place of the real addresses. */
    function podOf(name: Parameters<typeof runPod>[0], stage: "planning" | "implementation", status = "Succeeded") {
      const { secrets, settings } = world.options({});
      const pod = runPod(name, {
        "workflow.uid": uid,
        "workflow.status": status,
        "inputs.parameters.mediatorAddress": network.neighbour,
        "workflow.parameters.stage": stage,
        "workflow.parameters.repository": "maintainer/hello",
        "workflow.parameters.issueNumber": "1",
        "github-token/token": secrets.githubToken ?? "",
        "codex-openai/api-key": secrets.openaiApiKey,
      });
      const served = { CODEX_REPOSITORIES: "maintainer/hello" };
      const here = { ...settings.passedOn, ...served, MEDIATOR_LISTEN: `${network.neighbour}:8080` };
      return name === "agent" ? pod : { ...pod, environment: { ...pod.environment, ...here } };
    }
    async function startMediator(stage: "planning" | "implementation") {
      const mediator = start(podOf("mediator", stage));
      const memory = await watchMemory(mediator);
      await expect.poll(() => mediator.output(), { timeout: 30_000 }).toContain('{"ready":true');
      return { mediator, memory };
    }
    async function startAgent(stage: "planning" | "implementation") {
      const agent = start(podOf("agent", stage), { network: network.namespace });
      return { agent, memory: await watchMemory(agent) };
    }
    async function stop(container: Container): Promise<number> {
      await container.signal("TERM");
      return container.exit;
    }

    /** One attempt as the template has it, and its report; answers what the report printed. */
    async function run(stage: "planning" | "implementation"): Promise<unknown> {
      const { mediator, memory: mediatorMemory } = await startMediator(stage);
      const { agent, memory: agentMemory } = await startAgent(stage);
      expect(await agent.exit, `${agent.output()}\n${mediator.output()}`).toBe(0);
      console.log(`${stage}: mediator ${mediatorMemory.peak()} MB, agent's wrapper ${agentMemory.peak()} MB`);
      for (const memory of [mediatorMemory, agentMemory]) expect(memory.peak()).toBeLessThan(mostMegabytes);
      expect(await stop(mediator), mediator.output()).toBe(0);
      const report = start(podOf("report", stage));
      expect(await report.exit, report.output()).toBe(0);
      const secrets = Object.values(world.secrets);
      for (const container of [mediator, agent, report])
        for (const secret of secrets) expect(container.output()).not.toContain(secret);
      return JSON.parse(
        /^\{"planCommentUrl.*$|^\{"pullRequestUrl.*$|^\{"outcome.*$/m.exec(report.output())?.[0] ?? "{}",
      );
    }

    test("a plan, and after its approval a draft pull request", async () => {
      world = await startWorld();
      world.openIssue();
      expect(await run("planning")).toMatchObject({ outcome: "done", planCommentUrl: expect.any(String) });
      expect(world.comments("plan")).toHaveLength(1);
      world.approve();
      const report = await run("implementation");
      expect(report).toMatchObject({ outcome: "done", pullRequestUrl: expect.stringMatching(/\/pull\/2$/) });
    });

    /** What commands of the model see in the agent's container, each by a name. */
    const looks = {
      id: "id -u; id -g; grep -E '^(NoNewPrivs|CapEff|CapBnd|Seccomp):' /proc/self/status",
      secrets:
        "env; cat /proc/[0-9]*/environ | tr '\\0' '\\n'; ls -A /var/run/secrets /run/secrets /root; cat ~/.netrc ~/.git-credentials",
      writable:
        "for each in / /app /usr/local/bin /etc /var /opt; do touch $each/x && echo wrote $each; done; echo end",
      network:
        "cat /proc/net/route; for to in 192.0.2.254 198.51.100.1; do curl -sS -m 3 http://$to:80; done; getent hosts example.org || echo no names",
      namespaces: "unshare --user true; unshare --net true; echo end",
      tools:
        "for each in bash git rg node npm python3 gcc g++ make patch curl unzip xz ps perl; do command -v $each || echo lacks $each; done",
      version: "rg --version | head -1; node --version; npm --version",
      git: "git status --short; git log --format=%s | cat; git diff --stat",
      build:
        "cd /tmp && printf 'int main(){return 0;}' > a.c && gcc a.c -o a && ./a && python3 -m venv v && v/bin/python -c 'print(6*7)'",
      login: "bash -lc 'echo $PATH'; echo $PATH",
    } as const;

    async function lookRound(): Promise<Record<keyof typeof looks, string>> {
      let seen: Partial<Record<keyof typeof looks, string>> = {};
      const script: ModelScript = scriptOf(function* () {
        const found: typeof seen = {};
        for (const [name, command] of Object.entries(looks))
          found[name as keyof typeof looks] = (yield exec(`{ ${command}; } 2>&1`)).stdout;
        seen = found;
        return "{}";
      });
      world = await startWorld(script);
      world.openIssue();
      const { mediator } = await startMediator("planning");
      const { agent } = await startAgent("planning");
      await agent.exit;
      expect(Object.keys(seen), `${agent.output()}\n${mediator.output()}`).toEqual(Object.keys(looks));
      return seen as Record<keyof typeof looks, string>;
    }

    test("the model's commands find no secret, nothing to write to, nobody to talk to, and their tools", async () => {
      const seen = await lookRound();
      for (const line of [/^65533\n65533\n/, /^CapEff:\t0+$/m, /^CapBnd:\t0+$/m, /^NoNewPrivs:\t1$/m, /^Seccomp:\t2$/m])
        expect(seen.id).toMatch(line);
      for (const secret of Object.values(world.secrets)) expect(JSON.stringify(seen)).not.toContain(secret);
      expect(seen.secrets).not.toMatch(/GITHUB_|OPENAI_|API_KEY|gh[pousr]_|sk-/);
      expect(seen.writable).toMatch(/Read-only file system/);
      expect(seen.writable).not.toContain("wrote");
      // One route, to its neighbour, and no default.
      expect(seen.network.split("\n").filter((line) => /^frsd/.test(line))).toHaveLength(1);
      expect(seen.network).not.toMatch(/^\S+\s+00000000\s/m);
      expect(seen.network).toMatch(/no names/);
      expect(seen.namespaces.match(/Operation not permitted/g)).toHaveLength(2);
      expect(seen.tools).not.toContain("lacks");
      expect(seen.version).toMatch(/^ripgrep \d.*\nv24\./);
      expect(seen.git).not.toMatch(/dubious|fatal/);
      expect(seen.build).toBe("42\n");
      const [login, plain] = seen.login.trim().split("\n");
      expect(login).toBe(plain);
    });

    test("SIGTERM ends an agent at work, and its mediator goes on serving; it ends when it is told", async () => {
      world = await startWorld();
      world.openIssue();
      world.model.inject({ kind: "hang" });
      const { mediator } = await startMediator("planning");
      const { agent } = await startAgent("planning");
      await world.modelIsAsked();
      const begun = performance.now();
      expect(await stop(agent), agent.output()).not.toBe(0);
      expect(performance.now() - begun).toBeLessThan(20_000);
      expect(agent.output()).toContain("SIGTERM");
      expect(await stop(mediator), mediator.output()).toBe(0);
      // It waits for a mediator that could still be publishing; nothing that it did not tell yet is lost.
      const before = world.github.requests.length;
      const report = start(podOf("report", "planning", "Failed"));
      await expect.poll(() => world.github.requests.length, { timeout: 20_000 }).toBeGreaterThan(before);
      const asked = performance.now();
      expect(await stop(report), report.output()).toBe(143);
      expect(performance.now() - asked).toBeLessThan(10_000);
    });
  });
}
