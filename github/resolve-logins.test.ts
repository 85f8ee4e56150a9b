import { type GitHubSimulator, startGitHub } from "@froussard/simulators/github/start";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createGitHub, type GitHub } from "./client.ts";
import { resolveLogins } from "./resolve-logins.ts";

let simulator: GitHubSimulator;
let github: GitHub;
let ada: number;
let warnings: string[];

beforeEach(async () => {
  simulator = await startGitHub();
  ada = simulator.addUser({ login: "ada" }).id;
  simulator.addUser({ login: "helper", type: "Bot" });
  github = createGitHub({ token: simulator.token("ada"), baseUrl: simulator.apiUrl, retries: 0 });
  warnings = [];
});
afterEach(() => simulator.close());

const resolve = (...entries: string[]) => resolveLogins(github, entries, (message) => warnings.push(message));

test("ids of people, by name alone or with the id beside it", async () => {
  expect(await resolve("ada", `ada:${ada}`)).toEqual([ada, ada]);
  expect(warnings).toEqual([]);
});

test.each([
  ["nobody", "there is no account nobody; correct or remove it"],
  ["helper", "helper is a Bot, not a person's account; list people only"],
  ["ada:4711", "ada has the id \\d+, not 4711; check that it still is the same person"],
])("%s is left out with a warning, and alone is an error", async (entry, why) => {
  expect(await resolve(entry, "ada")).toEqual([ada]);
  expect(warnings).toEqual([expect.stringMatching(`^CODEX_TRIGGER_LOGINS: ${why}; the others can decide$`)]);
  await expect(resolve(entry)).rejects.toThrow(new RegExp(`^CODEX_TRIGGER_LOGINS: ${why}$`));
});

test("that GitHub cannot be asked is no fault of the list", async () => {
  simulator.faults.inject({ status: 500 });
  await expect(resolve("ada")).rejects.toThrow(expect.objectContaining({ status: 500 }));
});
