import { afterEach, beforeEach, expect, test } from "vitest";
import { lab, startWorld, type World } from "./testing/world.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(async () => {
  await world.github.close();
  expect(world.problems).toEqual([]);
});

test("the rules of a branch are told to every reader, also of one that does not exist yet", async () => {
  const { github, repository, client } = world;
  const ruleset = github.addRuleset(repository, {
    name: "Only people",
    include: ["refs/heads/codex/**"],
    rules: [{ type: "creation" }],
    bypass: ["robot"],
  });
  const rules = async (branch: string) => {
    const { data } = await client("eve").rest.repos.getBranchRules({ ...lab, branch });
    return data.map(({ type, ruleset_id }) => ({ type, ruleset_id }));
  };
  expect(await rules("codex/issue-1")).toEqual([{ type: "creation", ruleset_id: ruleset.id }]);
  expect(await rules("main")).toEqual([]);
  const bypass = async (login: string) => {
    const { data } = await client(login).rest.repos.getRepoRuleset({ ...lab, ruleset_id: ruleset.id });
    return data.current_user_can_bypass;
  };
  expect(await bypass("robot")).toBe("always");
  expect(await bypass("eve")).toBe("never");
  await expect(client("eve").rest.repos.getRepoRuleset({ ...lab, ruleset_id: 1 })).rejects.toThrow("Not Found");
});

test("rules of all branches, and of the default branch alone", async () => {
  const { github, repository, client } = world;
  for (const include of ["~ALL", "~DEFAULT_BRANCH"])
    github.addRuleset(repository, { name: include, include: [include], rules: [{ type: "deletion" }] });
  const count = async (branch: string) =>
    (await client("eve").rest.repos.getBranchRules({ ...lab, branch })).data.length;
  expect([await count("main"), await count("other")]).toEqual([2, 1]);
});

test("when a token ends is told in a header; of one without an end, nothing", async () => {
  const { github, client } = world;
  const header = "github-authentication-token-expiration";
  const token = github.token("ada", { expiresAt: Date.parse("2026-03-14T15:16:17Z") });
  expect((await client("ada", token).rest.users.getAuthenticated()).headers[header]).toBe("2026-03-14 15:16:17 UTC");
  expect((await client("ada").rest.users.getAuthenticated()).headers[header]).toBeUndefined();
  world.pass(11 * 24 * 3_600);
  await expect(client("ada", token).rest.users.getAuthenticated()).rejects.toThrow("Bad credentials");
});

test("who may only read is not told what others may", async () => {
  const { client } = world;
  const level = async (asker: string, username: string) =>
    (await client(asker).rest.repos.getCollaboratorPermissionLevel({ ...lab, username })).data.permission;
  expect(await level("robot", "eve")).toBe("read");
  expect(await level("robot", "ada")).toBe("admin");
  await expect(level("eve", "ada")).rejects.toThrow("Must have push access");
  await expect(level("robot", "nobody")).rejects.toThrow("Not Found");
});

test("a repository without issues takes none", async () => {
  const { repository, client } = world;
  repository.hasIssues = false;
  expect((await client("ada").rest.repos.get(lab)).data.has_issues).toBe(false);
  await expect(client("ada").rest.issues.create({ ...lab, title: "x" })).rejects.toThrow("Issues are disabled");
});
