import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cleanGit } from "./git/run-git.ts";
import { startWorld, type World } from "./testing/world.ts";

let world: World;
let folder: string;
beforeEach(async () => {
  world = await startWorld();
  folder = await mkdtemp(join(tmpdir(), "git-client-"));
});
afterEach(async () => {
  await world.github.close();
  await rm(folder, { recursive: true, force: true });
});

const run = promisify(execFile);
/** A real git client; answers what it wrote, on both streams. */
async function git(...args: string[]): Promise<string> {
  const { binary, env } = cleanGit();
  const identity = ["-c", "user.name=robot", "-c", "user.email=robot@example.org"];
  const { stdout, stderr } = await run(binary, [...identity, ...args], { cwd: folder, env: { ...env, HOME: folder } });
  return `${stdout}${stderr}`;
}
const address = (token: string, name = "ada/lab"): string =>
  `${world.github.url.replace("//", token ? `//x-access-token:${token}@` : "//")}/${name}.git`;

async function commitChange(text = "changed\n"): Promise<void> {
  await writeFile(join(folder, "README.md"), text);
  await git("commit", "--quiet", "-am", "change");
}

test("a public repository is cloned by nobody, with modes, and pushed to by a writer", async () => {
  await git("clone", "--quiet", address(""), ".");
  expect(await readFile(join(folder, "src/app.js"), "utf8")).toBe("export const answer = 41;\n");
  expect((await stat(join(folder, "run.sh"))).mode & 0o111).not.toBe(0);
  await git("checkout", "--quiet", "-b", "codex/issue-1-abc");
  await commitChange();
  await git("push", "--quiet", address(world.github.token("robot")), "HEAD");
  const { data } = await world
    .client("robot")
    .rest.git.getRef({ owner: "ada", repo: "lab", ref: "heads/codex/issue-1-abc" });
  expect(data.object.sha).toBe((await git("rev-parse", "HEAD")).trim());
});

test.each([
  ["nobody", () => "", /401|could not read Username/],
  ["a wrong token", () => "ghp_wrong", /Invalid username or token[\s\S]*Authentication failed/],
  ["a reader", () => world.github.token("eve"), /remote: Permission to ada\/lab.git denied to eve\.[\s\S]*403/],
  [
    "a token without contents",
    () => world.github.token("robot", { permissions: { issues: "write" } }),
    /remote: Write access to repository not granted\.[\s\S]*403/,
  ],
])("%s cannot push", async (_who, token, words) => {
  await git("clone", "--quiet", address(""), ".");
  await commitChange();
  await expect(git("push", address(token()), "HEAD:refs/heads/new")).rejects.toThrow(words);
});

test("a protected branch takes no push, in GitHub's words", async () => {
  await git("clone", "--quiet", address(""), ".");
  await commitChange();
  const words =
    /remote: error: GH006: Protected branch update failed for refs\/heads\/main\.[\s\S]*Changes must be made through a pull request/;
  await expect(git("push", address(world.github.token("ada")), "HEAD:main")).rejects.toThrow(words);
  await git("push", "--quiet", address(world.github.token("ada")), "HEAD:side");
  await world.github.protectBranch(world.repository, "side");
  await commitChange("more\n");
  await expect(git("push", address(world.github.token("ada")), "HEAD:side")).rejects.toThrow(/GH006/);
});

test("private, unknown and archived repositories", async () => {
  await world.github.addRepository({ owner: "ada", name: "secret", private: true });
  await expect(git("ls-remote", address("", "ada/secret"))).rejects.toThrow(/could not read Username/);
  await expect(git("ls-remote", address(world.github.token("eve"), "ada/secret"))).rejects.toThrow(
    /remote: Repository not found\./,
  );
  expect(await git("ls-remote", address(world.github.token("ada"), "ada/secret"))).toContain("refs/heads/main");
  await expect(git("ls-remote", address(world.github.token("eve"), "ada/none"))).rejects.toThrow(
    /Repository not found/,
  );
  world.github.archive(world.repository);
  await git("clone", "--quiet", address(""), ".");
  await commitChange();
  await expect(git("push", address(world.github.token("robot")), "HEAD:x")).rejects.toThrow(
    /archived so it is read-only/,
  );
});

test("an empty repository takes its first push, and a renamed one redirects", async () => {
  const empty = await world.github.addRepository({ owner: "ada", name: "void", empty: true });
  await git("clone", "--quiet", address(""), ".");
  await git("push", "--quiet", address(world.github.token("ada"), "ada/void"), "HEAD:main");
  world.github.as("ada").renameRepository(empty, "full");
  expect(await git("ls-remote", address("", "ada/void"))).toContain("refs/heads/main");
});

test("a push of several megabytes, which git sends in chunks", async () => {
  const large = randomBytes(3_000_000).toString("base64");
  await git("clone", "--quiet", address(""), ".");
  await commitChange(large);
  await git("push", "--quiet", address(world.github.token("robot")), "HEAD:large");
  const { data } = await world.client("robot").request("GET /repos/ada/lab/contents/README.md", {
    ref: "large",
    headers: { accept: "application/vnd.github.raw+json" },
  });
  expect(data === large).toBe(true);
});

test("a pull request follows its branch, and closes when the branch goes", async () => {
  const token = world.github.token("robot");
  await git("clone", "--quiet", address(token), ".");
  await commitChange();
  await git("push", "--quiet", "origin", "HEAD:fix");
  const pull = await world.github
    .as("robot")
    .openPullRequest(world.repository, { head: "fix", base: "main", title: "Fix" });
  await commitChange("again\n");
  await git("push", "--quiet", "origin", "HEAD:fix");
  expect(pull.pull.headSha).toBe((await git("rev-parse", "HEAD")).trim());
  expect(await git("ls-remote", "origin", "refs/pull/*/head")).toContain(pull.pull.headSha);
  await git("push", "--quiet", "origin", ":fix");
  expect(pull.state).toBe("closed");
});

test("a lost answer to a push: the branch is there", async () => {
  await git("clone", "--quiet", address(""), ".");
  await commitChange();
  world.github.faults.inject({ method: "POST", path: /git-receive-pack$/, times: 1, dropConnection: "after" });
  await expect(git("push", address(world.github.token("robot")), "HEAD:new")).rejects.toThrow();
  expect(await git("ls-remote", address(""), "refs/heads/new")).toContain((await git("rev-parse", "HEAD")).trim());
});

test("a writer deletes a branch by REST, which closes its pull request; what is protected stays", async () => {
  const { github, repository } = world;
  const branch = "codex/issue-1-abc";
  await github.commit(repository, { branch, files: { "a.md": "a\n" }, from: "main" });
  await github.as("robot").openPullRequest(repository, { title: "Add", head: branch, base: "main" });
  const remove = (login: string, name: string) =>
    world.client(login).rest.git.deleteRef({ owner: "ada", repo: "lab", ref: `heads/${name}` });
  await expect(remove("eve", branch)).rejects.toThrow("Must have admin rights");
  await remove("robot", branch);
  expect(github.pulls(repository).map(({ state }) => state)).toEqual(["closed"]);
  await expect(remove("robot", branch)).rejects.toThrow("Reference does not exist");
  await expect(remove("robot", "main")).rejects.toThrow("Cannot delete");
  expect(world.problems).toEqual([]);
});
