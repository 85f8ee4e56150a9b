import { setImmediate as turn } from "node:timers/promises";
import { createGitHub } from "@froussard/github/client";
import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runTrial, type TrialOptions } from "./run-trial.ts";
import { scriptPipeline } from "./testing/scripted-pipeline.ts";
import type { TrialEvent } from "./trial-event.ts";

const repository = "ada/lab";
const login = "codex-automation";
const minute = 60_000;
const limits = { noticedMs: minute, begunMs: minute, workedMs: 2 * minute, approvedMs: 10 * minute };

let github: GitHubSimulator;
/** Time of GitHub and trial together; it passes while the trial waits. */
let time: number;
beforeEach(async () => {
  time = Date.parse("2026-03-04T05:06:07Z");
  github = await startGitHub({ clock: () => new Date(time) });
  for (const each of ["ada", login]) github.addUser({ login: each });
  await github.addRepository({
    owner: "ada",
    name: "lab",
    files: { "a.md": "\n" },
    collaborators: { [login]: "write" },
  });
});
afterEach(() => github.close());

type Act = (pipeline: ReturnType<typeof scriptPipeline>) => unknown;
type Script = Partial<Record<"opened" | "asked" | "reacted", Act>>;

/** A trial with a pipeline that answers to what the trial tells. */
async function tryOut(script: Script, changes: Partial<TrialOptions> = {}) {
  const pipeline = scriptPipeline(github, { repository, login });
  const events: TrialEvent[] = [];
  let work = Promise.resolve();
  const ok = await runTrial({
    github: createGitHub({ token: github.token("ada"), baseUrl: github.apiUrl, paceWrites: false, retries: 0 }),
    ...{ repository, limits, wish: { title: "Add a file", body: "Please." }, trigger: { kind: "author" } },
    ...{ branchPrefix: "codex/issue-", react: true, keep: false, simulated: true, pollMs: 20_000 },
    tell: (event) => {
      events.push(event);
      const act = event.event in script ? script[event.event as keyof Script] : undefined;
      if (act) work = work.then(async () => void (await act(pipeline)));
    },
    signal: new AbortController().signal,
    now: () => time,
    sleep: async (ms, signal) => {
      await work;
      await turn();
      signal.throwIfAborted();
      time += ms;
    },
    ...changes,
  });
  const failed = events.find((event) => event.event === "failed");
  const wrong = events.flatMap((event) => (event.event === "checked" && !event.ok ? [event.id] : []));
  return { ok, events, failed, wrong };
}

const planning: Act = async (pipeline) => {
  pipeline.notice();
  pipeline.begin();
  await pipeline.plan();
};
const carriedOut: Act = async (pipeline) => {
  pipeline.accept();
  pipeline.link(linkTo(await pipeline.open()));
};
const linkTo = ({ number }: { number: number }) => `${github.url}/${repository}/pull/${number}`;
const state = () => ({
  open: [...github.repository(repository).issues.values()].filter((each) => each.state === "open").length,
  branches: github.requests.filter(({ method }) => method === "DELETE").length,
});

test("the whole way is verified, timed, and taken away again", async () => {
  const { ok, events } = await tryOut({ opened: planning, reacted: carriedOut });
  expect(events.filter(({ event }) => event === "failed" || event === "left")).toEqual([]);
  expect(ok).toBe(true);
  expect(events.flatMap((event) => (event.event === "seen" ? [event.hop] : []))).toEqual([
    ...["queued", "planning", "planned", "approved", "accepted", "implementing", "pull-request", "linked"],
  ]);
  expect(events.flatMap((event) => (event.event === "cleaned" ? [event.what] : []))).toEqual([
    "issue #1 closed",
    "pull request #2 closed",
    expect.stringMatching(/^branch codex\/issue-1-[0-9a-f]{8} deleted$/),
  ]);
  expect(state()).toEqual({ open: 0, branches: 1 });
  expect(events.at(-1)).toMatchObject({ event: "ended", ok: true });
});

test("a person is asked to react, with the plan's address", async () => {
  const react: Act = async (pipeline) => {
    time += 1_000;
    const plan = github.comments(github.repository(repository), 1).at(-1);
    if (plan) github.as("ada").react(plan, "+1");
    await carriedOut(pipeline);
  };
  const { ok, events } = await tryOut({ opened: planning, asked: react }, { react: false });
  expect(events).toContainEqual({ event: "asked", url: expect.stringMatching(/#issuecomment-\d+$/), minutes: 10 });
  expect(ok).toBe(true);
});

test.each<[string, Script, RegExp]>([
  ["nobody takes it up", {}, /hung at "queued": waited 1 min for 👀 on the issue.*no label/],
  ["no run begins", { opened: (pipeline) => pipeline.notice() }, /hung at "planning"/],
  [
    "no plan comes",
    {
      opened: (pipeline) => {
        pipeline.notice();
        pipeline.begin();
      },
    },
    /hung at "planned": waited 2 min for the plan/,
  ],
  ["the approval does not count", { opened: planning }, /hung at "accepted"/],
  [
    "no pull request comes",
    { opened: planning, reacted: (pipeline) => pipeline.accept() },
    /hung at "implementing"|hung at "pull-request"/,
  ],
  [
    "planning fails",
    { opened: (pipeline) => pipeline.fail("planning") },
    /the pipeline tells: .* \(planning, model-refused\)/,
  ],
  [
    "the issue is closed meanwhile",
    { opened: () => github.as("ada").closeIssue(github.issue(github.repository(repository), 1)) },
    /the issue was closed/,
  ],
])("%s: said so, with where to look, and taken away", async (_, script, words) => {
  const { ok, failed, events } = await tryOut(script);
  expect(failed?.message).toMatch(words);
  expect(ok).toBe(false);
  expect(state().open).toBe(0);
  expect(events.at(-1)).toMatchObject({ event: "ended", ok: false });
});

test.each<[string, Act, string[]]>([
  [
    "a pull request that is no draft",
    async (pipeline) => {
      pipeline.accept();
      pipeline.link(linkTo(await pipeline.open({ draft: false })));
    },
    ["draft"],
  ],
  [
    "a pull request that closes nothing",
    async (pipeline) => {
      pipeline.accept();
      pipeline.link(linkTo(await pipeline.open({ body: "Text." })));
    },
    ["closing-word"],
  ],
  [
    "a comment that links elsewhere",
    async (pipeline) => {
      pipeline.accept();
      await pipeline.open();
      pipeline.link("https://example.org/pull/1");
    },
    ["linking-comment"],
  ],
  [
    "a second plan comment",
    async (pipeline) => {
      await carriedOut(pipeline);
      await pipeline.plan();
    },
    ["one-plan"],
  ],
])("%s is found", async (_, reacted, ids) => {
  const { ok, wrong, failed } = await tryOut({ opened: planning, reacted });
  expect(failed).toBeUndefined();
  expect([ok, wrong]).toEqual([false, ids]);
  expect(state().open).toBe(0);
});

test("stopped in the middle, it takes away what it made", async () => {
  const stop = new AbortController();
  const stopped = () => stop.abort(new Error("stopped by Ctrl-C"));
  const { ok, failed } = await tryOut({ opened: planning, reacted: stopped }, { signal: stop.signal });
  expect([ok, failed?.message]).toEqual([false, "stopped by Ctrl-C"]);
  expect(state().open).toBe(0);
});

test("--keep leaves everything, and says so", async () => {
  const { ok, events } = await tryOut({ opened: planning, reacted: carriedOut }, { keep: true });
  expect(ok).toBe(true);
  expect(events).toContainEqual({ event: "left", what: "issue #1 and what came of it", reason: "--keep" });
  expect(state()).toEqual({ open: 2, branches: 0 });
});

test("what cannot be taken away is named", async () => {
  const opened: Act = async (pipeline) => {
    await planning(pipeline);
    github.archive(github.repository(repository));
  };
  const { ok, events } = await tryOut({ opened });
  expect(ok).toBe(false);
  expect(events).toContainEqual({
    event: "left",
    what: "issue #1 closed",
    reason: expect.stringContaining("read-only"),
  });
});

test("what cannot begin is refused before anything is made", async () => {
  const signedIn = (token: string) => ({ github: createGitHub({ token, baseUrl: github.apiUrl, retries: 0 }) });
  await expect(tryOut({}, signedIn("wrong"))).rejects.toThrow("GitHub refuses the token");
  await expect(tryOut({}, { repository: "ada/hidden" })).rejects.toThrow(
    "there is no repository ada/hidden, or ada's token",
  );
  github.archive(github.repository(repository));
  await expect(tryOut({})).rejects.toThrow("ada/lab is archived");
  expect(github.repository(repository).issues.size).toBe(0);
});

test("a label or a command starts it where the pipeline waits for one", async () => {
  await tryOut({}, { trigger: { kind: "label", label: "codex" }, keep: true });
  await tryOut({}, { trigger: { kind: "command" }, keep: true });
  const home = github.repository(repository);
  expect(github.labels(home, 1)).toEqual(["codex"]);
  expect(github.comments(home, 2).map(({ body }) => body)).toEqual(["/plan"]);
});
