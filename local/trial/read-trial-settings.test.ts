import { expect, test } from "vitest";
import { readTrialSettings, type TrialCommandOptions } from "./read-trial-settings.ts";

const options: TrialCommandOptions = { minutes: "30", approvalMinutes: "10", pollSeconds: "3" };

test("without a token and a repository it is between the simulators", () => {
  const { real, limits } = readTrialSettings(options, {});
  expect(real).toBeUndefined();
  expect(limits).toEqual({ noticedMs: 120_000, begunMs: 300_000, workedMs: 1_800_000, approvedMs: 600_000 });
});

test("the token is the person's, unless there is one for the person besides", () => {
  const repo = "octo/hello";
  expect(readTrialSettings({ ...options, repo }, { GITHUB_TOKEN: "one" }).real).toMatchObject({ personToken: "one" });
  expect(
    readTrialSettings({ ...options, repo }, { GITHUB_TOKEN: "one", GITHUB_PERSON_TOKEN: "two" }).real,
  ).toMatchObject({ repository: repo, personToken: "two", pipelineToken: "one", pollMs: 3000 });
});

test("short limits hold for every step", () => {
  expect(readTrialSettings({ ...options, minutes: "0.5" }, {}).limits.noticedMs).toBe(30_000);
});

test.each<[string, Partial<TrialCommandOptions>, Record<string, string>, RegExp]>([
  ["a token alone", {}, { GITHUB_TOKEN: "x" }, /--repo is missing: name the repository, or say --simulated/],
  ["a repository alone", { repo: "octo/hello" }, {}, /GITHUB_TOKEN is not set/],
  ["no repository's name", { repo: "hello" }, { GITHUB_TOKEN: "x" }, /--repo is not owner\/name/],
  ["a title alone", { title: "x" }, {}, /--title and --body belong together/],
  ["no time", { minutes: "soon" }, {}, /--minutes is not a number of minutes/],
  ["no trigger", {}, { CODEX_PLAN_TRIGGER: "often" }, /CODEX_PLAN_TRIGGER is often; say author, command or label/],
  ["no token", { repo: "a/b" }, { GITHUB_TOKEN: "se cret" }, /GITHUB_TOKEN must be one line of printable/],
])("%s is refused", (_, given, env, words) => {
  const read = () => readTrialSettings({ ...options, ...given }, env);
  expect(read).toThrow(words);
  expect(read).not.toThrow(/se cret/);
});

test("all faults are told together", () => {
  const read = () => readTrialSettings({ ...options, repo: "x", minutes: "y", title: "z" }, { GITHUB_TOKEN: "x" });
  expect(read).toThrow(/--repo[\s\S]*--minutes[\s\S]*--title/);
});
