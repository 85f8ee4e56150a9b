import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { listRefs } from "@froussard/simulators/github/git/bare-repository";
import { afterEach, expect, test } from "vitest";
import { automation, maintainer, repository } from "../demo/world.ts";
import { type PipelineKit, startKit } from "../testing/pipeline-kit.ts";
import type { TrialEvent } from "../trial/trial-event.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** The command as a person starts it, told to write for machines. */
function startTrial(args: string[], env: Record<string, string> = {}) {
  const main = join(import.meta.dirname, "..", "main.ts");
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [main, "trial", "--json", ...args], { env: { PATH, HOME, ...env } });
  ends.push(() => child.kill("SIGKILL"));
  const events: TrialEvent[] = [];
  let words = "";
  createInterface({ input: child.stdout }).on("line", (line) => events.push(JSON.parse(line)));
  child.stderr.on("data", (chunk) => {
    words += String(chunk);
  });
  const ended = once(child, "close").then(([code]) => ({ code, events, words }));
  return { child, events, ended };
}
const hops = ["queued", "planning", "planned", "approved", "accepted", "implementing", "pull-request", "linked"];
const seen = (events: readonly TrialEvent[]) => events.flatMap((event) => (event.event === "seen" ? [event.hop] : []));

async function leftOf({ world }: PipelineKit) {
  const home = world.github.repository(repository);
  const open = [...home.issues.values()].filter(({ state }) => state === "open").map(({ number }) => number);
  return { open, branches: (await listRefs(home.folder, "refs/heads/")).map(({ name }) => name) };
}

test("without anything set, the whole way goes between the simulators, with the real Codex", async () => {
  const { code, events, words } = await startTrial([]).ended;
  expect(seen(events), words).toEqual(hops);
  expect(events.filter((event) => event.event === "checked" && !event.ok)).toEqual([]);
  expect(events.filter(({ event }) => event === "cleaned")).toHaveLength(3);
  expect(events.at(-1)).toMatchObject({ event: "ended", ok: true });
  expect(code).toBe(0);
});

test("in a repository whose pipeline is at work beside it, as the person who is listed", async () => {
  const kit = await startKit();
  ends.push(() => kit.close());
  await kit.start();
  const { github, githubToken } = kit.world;
  const { code, events, words } = await startTrial(["--repo", repository, "--react", "--poll-seconds", "0.5"], {
    GITHUB_TOKEN: githubToken,
    GITHUB_PERSON_TOKEN: github.token(maintainer),
    GITHUB_API_BASE_URL: github.apiUrl,
  }).ended;
  expect(seen(events), words).toEqual(hops);
  expect(events).toContainEqual(
    expect.objectContaining({ event: "checked", id: "account", ok: true, found: expect.stringContaining(automation) }),
  );
  expect(code).toBe(0);
  expect(await leftOf(kit)).toEqual({ open: [], branches: ["refs/heads/main"] });
});

test("Ctrl-C while it waits takes away what it made, and stops the pipeline's work on it", async () => {
  const kit = await startKit();
  ends.push(() => kit.close());
  await kit.start();
  const { github } = kit.world;
  const trial = startTrial(["--repo", repository, "--poll-seconds", "0.5"], {
    GITHUB_PERSON_TOKEN: github.token(maintainer),
    GITHUB_API_BASE_URL: github.apiUrl,
  });
  await github.waitFor("the issue", () => github.repository(repository).issues.size > 0, 60_000);
  await expect.poll(() => seen(trial.events), { timeout: 60_000 }).toContain("queued");
  trial.child.kill("SIGINT");
  const { code, events } = await trial.ended;
  expect(events).toContainEqual(expect.objectContaining({ event: "failed", message: "stopped by Ctrl-C" }));
  expect(code).toBe(130);
  expect(await leftOf(kit)).toEqual({ open: [], branches: ["refs/heads/main"] });
});

test("a pipeline that lists somebody else: the trial says at which step it hung, and whom to list", async () => {
  const kit = await startKit();
  ends.push(() => kit.close());
  await kit.start({ CODEX_TRIGGER_LOGINS: automation });
  const { github } = kit.world;
  const { code, events } = await startTrial(["--repo", repository, "--minutes", "0.2", "--poll-seconds", "1"], {
    GITHUB_TOKEN: github.token(maintainer),
    GITHUB_API_BASE_URL: github.apiUrl,
  }).ended;
  const failed = events.find((event) => event.event === "failed");
  expect(failed?.message).toContain('hung at "queued"');
  expect(failed?.look.join("\n")).toContain(`is ${maintainer} listed in CODEX_TRIGGER_LOGINS`);
  expect(code).toBe(1);
  expect(await leftOf(kit)).toEqual({ open: [], branches: ["refs/heads/main"] });
});
