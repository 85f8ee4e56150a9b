import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { markers } from "@froussard/contract";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pipelineEnvironment } from "../demo/command.ts";
import { repository } from "../demo/world.ts";
import { type PipelineKit, startKit } from "../testing/pipeline-kit.ts";
import { findProcesses } from "../testing/processes.ts";
import { type PseudoTerminal, startPseudoTerminal } from "../testing/pseudo-terminal.ts";
import { eventSchema } from "../view/event.ts";

const main = join(import.meta.dirname, "..", "main.ts");
let kit: PipelineKit;
let terminal: PseudoTerminal | undefined;
beforeEach(async () => {
  kit = await startKit();
});
afterEach(async () => {
  terminal?.kill();
  terminal = undefined;
  await kit.close();
});

const { PATH = "", HOME = "" } = process.env;
const command = (...options: string[]) => [main, "run", "--repo", repository, "--data", kit.data, ...options];
const environment = () => ({ PATH, HOME, LANG: "C.UTF-8", ...pipelineEnvironment(kit.world) });
function onTerminal(args: readonly string[], env: Record<string, string> = environment()): PseudoTerminal {
  terminal = startPseudoTerminal({ program: process.execPath, args, env });
  return terminal;
}

/** A title that takes a terminal over, or what is left of it. */
const hostile = "\u001b[2J\u001b]0;owned\u0007 日本語 \u202eReact with 👍";

test("what a person sees, from the start to the plan, in a window that is made narrow, and at the end", async () => {
  const on = onTerminal(command());
  await on.shows("Open an issue in gregkonush/lab.", 60_000);
  const issue = kit.openIssue(hostile);
  await on.shows(/▸ gregkonush\/lab#1 planning .*日本語 React with 👍/, 60_000);
  await on.shows(/Codex (?:thinks|reads files|runs a command) · .*[\d,]+ tokens/, 120_000);
  const plan = await kit.waitForPlan(issue);
  await on.shows(/Waiting for you:\n +gregkonush\/lab#1 .*\n +→ Read the plan, and react to it with 👍\.\n/, 60_000);
  expect(on.text()).toContain(`/gregkonush/lab/issues/1#issuecomment-${plan.id}\n`);

  on.resize(40, 24);
  await expect.poll(() => on.window().filter((line) => line === "Ctrl-C ends it.")).toHaveLength(1);
  await expect.poll(() => on.text().match(/Waiting for you/g)).toHaveLength(1);
  on.resize(100, 24);
  await kit.approve(plan);
  await on.shows(/▸ gregkonush\/lab#1 implementation/, 60_000);
  await on.shows(/step \d of 4/, 120_000);
  await on.shows(/✔ gregkonush\/lab#1 implementation: The draft pull request is there after/, 120_000);
  expect(on.text()).toContain(`/gregkonush/lab/pull/${kit.world.github.pulls(issue.repository)[0]?.number}\n`);

  on.press("\u0003");
  expect(await on.ended).toBe(0);
  expect(on.text()).not.toMatch(/Waiting for you|Ctrl-C ends it/);
  expect(on.text()).toMatch(/ending \(Ctrl-C\)\n.*ended; started again, it goes on where it was$/);
  expect(on.isCursorHidden()).toBe(false);
  // Titles and todo lists came through as what can be seen of them.
  expect(on.raw()).not.toMatch(/\u001b\[2J|\u001b\]0;|\u202e/);
});

test("Ctrl-C says what is being finished, a second one ends at once; the next start goes on", async () => {
  const on = onTerminal(command());
  await on.shows("Open an issue", 60_000);
  // Codex works on, and the progress comment's last state takes its time.
  kit.world.model.inject({ kind: "slow-stream", msPerEvent: 1_500 });
  const heal = kit.world.github.faults.inject({ method: "PATCH", path: /\/comments\//, times: 1_000, hang: true });
  const issue = kit.openIssue();
  await kit.waitForProcess("codex");
  on.press("\u0003");
  await on.shows("ending (Ctrl-C): gregkonush/lab#1 planning is finished where it is being published");
  // Pressed as a person would; sooner, it could be the first one, passed on by npm.
  await delay(500);
  on.press("\u0003");
  expect(await on.ended).toBe(130);
  expect(on.isCursorHidden()).toBe(false);
  await expect.poll(() => findProcesses(kit.data), { timeout: 90_000 }).toEqual([]);
  heal();
  await kit.start();
  await kit.waitForPlan(issue);
  expect(kit.ours(issue, markers.plan)).toHaveLength(1);
});

test("--json is events alone on standard output, and tells of each step", async () => {
  const child = spawn(process.execPath, command("--json"), { env: environment(), stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  const errors = text(child.stderr);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output += chunk));
  const issue = kit.openIssue(hostile);
  await expect.poll(() => output, { timeout: 120_000 }).toMatch(/"event":"plan-waiting".*\n/);
  await expect.poll(() => output, { timeout: 60_000 }).toMatch(/"event":"ended".*\n/);
  child.kill("SIGINT");
  expect(await ended).toEqual([0, null]);
  const events = output
    .split("\n")
    .slice(0, -1)
    .map((line) => eventSchema.parse(JSON.parse(line)));
  const names = [...new Set(events.map(({ event }) => event))].filter((name) => name !== "log");
  expect(names.toSorted()).toEqual(
    ["ready", "queued", "started", "attempt", "progress", "ended", "plan-waiting", "stopping", "stopped"].toSorted(),
  );
  const planned = events.find(({ event }) => event === "ended");
  expect(planned).toMatchObject({
    outcome: "done",
    url: expect.stringContaining(`${kit.ours(issue, markers.plan)[0]?.id}`),
  });
  expect(events.find(({ event }) => event === "queued")).toMatchObject({ title: hostile });
  expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
  expect(await errors).toBe("");
});

test("the demo says where to begin, and Ctrl-C takes everything away", async () => {
  const on = onTerminal([main, "demo"], { PATH, HOME, LANG: "C.UTF-8", TMPDIR: kit.data.replace(/\/[^/]*$/, "") });
  await on.shows(/Open an issue, as gregkonush:\nhttp:\/\/127\.0\.0\.1:\d+\/gregkonush\/lab\/issues\n/, 60_000);
  const folder = findProcesses("froussard-demo-")
    .flatMap(({ command: line }) => /\S*froussard-demo-[^/\s]+/.exec(line) ?? [])
    .find((path) => existsSync(path));
  expect(folder).toBeDefined();
  // Deliveries can be looked at, and be made again.
  const hooks = /http:\S+\/lab\/(?=issues)/.exec(on.text())?.[0].concat("settings/hooks") ?? "";
  await expect.poll(async () => (await fetch(hooks)).text()).toMatch(/\/webhooks\/github.*last delivery: OK/s);
  on.press("\u0003");
  expect(await on.ended).toBe(0);
  expect(on.text()).toMatch(/ending \(Ctrl-C\)\n.*ended/);
  expect(existsSync(folder ?? "")).toBe(false);
  expect(on.isCursorHidden()).toBe(false);
});
