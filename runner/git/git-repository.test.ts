import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RunFailure } from "@froussard/contract";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fetchWorkspace } from "../agent/fetch-workspace.ts";
import { createSecretSearch } from "../mediator/secrets/secret-search.ts";
import type { Change } from "../protocol.ts";
import { createGitRepository, type GitRepositoryOptions } from "./git-repository.ts";
import { type GitCall, runGit } from "./run-git.ts";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

let server: TestServer;
let folder: string;
let calls: GitCall[];
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "git-repository-"));
  calls = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (options: Partial<GitRepositoryOptions> = {}) =>
  createGitRepository({
    url: server.url,
    token: async () => server.token,
    folder,
    retryDelays: [0, 0],
    run: (call) => {
      calls.push(call);
      return runGit(call);
    },
    ...options,
  });

const put = (path: string, content: string | Buffer, mode: "100644" | "100755" = "100644"): Change => ({
  path,
  mode,
  content: Buffer.from(content).toString("base64"),
});
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "fulfilled",
    (error: unknown) => (error instanceof RunFailure ? error.code : String(error)),
  );
const date = "2026-03-04T05:06:07Z";
const message = "feat: more\n\nCodex-Task: codex-implementation-1-0123456789abcdef\n";

async function unpack(commit: string, options: Partial<GitRepositoryOptions> = {}) {
  const repository = await open(options);
  await repository.fetchCommit(commit);
  const workspace = join(folder, "unpacked");
  const places = { folder: workspace, privateFolder: join(folder, "own"), path: process.env["PATH"] ?? "" };
  await fetchWorkspace(await repository.packWorkspace(commit), commit, places);
  const git = (...args: string[]) =>
    execFileSync("git", args, {
      cwd: workspace,
      encoding: "utf8",
      env: { PATH: process.env["PATH"] ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" },
    });
  return { workspace, git };
}

describe("fetch", () => {
  test("brings one commit and nothing older", async () => {
    const first = server.commit({ a: "1" });
    const second = server.commit({ a: "2" }, { parent: first });
    const repository = await open();
    await repository.fetchCommit(second);
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", join(folder, "clone.git"), ...args], { encoding: "utf8" });
    expect(git("rev-list", second).trim()).toBe(second);
    expect(() => git("cat-file", "-e", first)).toThrow();
  });

  test("an earlier process's clone is used again, its locks and scratch folders removed", async () => {
    const commit = server.commit({ a: "1" });
    await (await open()).fetchCommit(commit);
    writeFileSync(join(folder, "clone.git", "shallow.lock"), "");
    mkdirSync(join(folder, "workspace-killed"));
    calls = [];
    const other = server.commit({ a: "other" }, { parent: commit });
    const again = await open();
    await again.fetchCommit(commit);
    await again.fetchCommit(other);
    expect(calls.filter(({ args }) => args.includes("fetch"))).toHaveLength(1);
    expect(readdirSync(folder).sort()).toEqual(["askpass", "clone.git", "home"]);
  });

  test("who asks for a commit that is being fetched waits for it; one that failed is fetched anew", async () => {
    const commit = server.commit({ a: "1" });
    const repository = await open();
    server.fail(/info\/refs/, 403, 1);
    const both = [repository.fetchCommit(commit), repository.fetchCommit(commit)];
    expect(await Promise.all(both.map(codeOf))).toEqual(["forbidden", "forbidden"]);
    await Promise.all([repository.fetchCommit(commit), repository.fetchCommit(commit)]);
    expect(calls.filter(({ args }) => args.includes("fetch"))).toHaveLength(2);
  });

  test("the token is in no argument and only in the environment of calls that need it", async () => {
    const commit = server.commit({ a: "1" });
    const repository = await open();
    await repository.fetchCommit(commit);
    const made = await repository.commitChanges({ base: commit, changes: [put("a", "2")], message, date });
    await repository.push({ commit: made.commit, branch: "codex/issue-1-aaaaaaaa" });
    for (const { args, environment } of calls) {
      expect(args.join(" ")).not.toContain(server.token);
      const network = ["fetch", "push", "ls-remote"].some((name) => args.includes(name));
      expect(Object.values(environment).includes(server.token)).toBe(network);
    }
    expect(readFileSync(join(folder, "clone.git", "config"), "utf8")).not.toContain(server.token);
    expect(readFileSync(join(folder, "askpass"), "utf8")).not.toContain(server.token);
  });

  test.each([
    ["a wrong token", { token: async () => "ghp_wrong" }, undefined, "bad-credentials"],
    ["no rights", {}, 403, "forbidden"],
    ["a repository that is not there", {}, 404, "forbidden"],
    ["a server that keeps failing", {}, 502, "github-unavailable"],
    ["a redirect", {}, 301, "internal"],
  ])("%s", async (_, options, status, code) => {
    const commit = server.commit({ a: String(Math.random()) });
    if (status) server.fail(/info\/refs/, status, code === "github-unavailable" ? 3 : 1);
    const repository = await open(options);
    const failure = await repository.fetchCommit(commit).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RunFailure);
    expect((failure as RunFailure).code).toBe(code);
    expect((failure as RunFailure).message).not.toMatch(/ghp_/);
  });

  test("a server that fails for a moment is asked again", async () => {
    const commit = server.commit({ a: "moment" });
    server.fail(/info\/refs/, 503, 2);
    await (await open()).fetchCommit(commit);
  });

  test("a commit that is gone, and a host that is not there", async () => {
    const repository = await open();
    expect(await codeOf(repository.fetchCommit("1".repeat(40)))).toBe("base-moved");
    const nowhere = await open({ url: "http://127.0.0.1:1/repo.git" });
    expect(await codeOf(nowhere.fetchCommit("1".repeat(40)))).toBe("github-unavailable");
  });

  test("a pack over the limit is stopped while it comes", async () => {
    const random = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7919 * (index % 251)) % 256));
    const commit = server.commit({ big: random });
    const repository = await open({ repositoryBytes: 20_000 });
    expect(await codeOf(repository.fetchCommit(commit))).toBe("repository-too-large");
  });

  test("few bytes that unfold to many are refused too", async () => {
    const commit = server.commit({ zeros: Buffer.alloc(2_000_000) });
    const repository = await open({ repositoryBytes: 1_000_000 });
    await repository.fetchCommit(commit);
    expect(await codeOf(repository.packWorkspace(commit))).toBe("repository-too-large");
  });

  test.each([".git", ".GIT", "git~1", ".g\u200cit", ".."])(
    "a tree that holds %j is refused on arrival",
    async (name) => {
      const git = (args: string[], input = "") =>
        execFileSync("git", ["-C", server.folder, ...args], { input, encoding: "utf8" }).trim();
      const blob = git(["hash-object", "-w", "--stdin"], "x");
      const tree = git(["mktree"], `040000 tree ${git(["mktree"], `100644 blob ${blob}\tconfig\n`)}\t${name}\n`);
      const commit = server.git("commit-tree", tree, "-m", "hostile");
      server.git("update-ref", "refs/heads/hostile", commit);
      const failure = await (await open()).fetchCommit(commit).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(RunFailure);
      expect((failure as RunFailure).message).toMatch(/fsck|has(?:Dotgit|Dotdot|Dot)/i);
    },
  );

  test("a call over its time limit is ended", async () => {
    const commit = server.commit({ a: "slow" });
    const repository = await open({
      run: (call) => runGit(call.args.includes("fetch") ? { ...call, timeoutMs: 1 } : call),
    });
    expect(await codeOf(repository.fetchCommit(commit))).toBe("github-unavailable");
  });

  test.each(["https://user:secret@github.com/a/b.git", "ssh://git@github.com/a/b", "file:///etc", "ext::sh -c id"])(
    "address %s is refused",
    async (url) => {
      await expect(open({ url })).rejects.toThrow(/address|Invalid URL/);
    },
  );
});

describe("workspace", () => {
  test("bytes as git holds them: no filters, line ends, idents, LFS or encodings", async () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1234\nsize 5\n";
    const files = {
      ".gitattributes": "* text=auto eol=crlf ident filter=lfs working-tree-encoding=UTF-16\n*.bin filter=evil\n",
      "ident.txt": "$Id$ and $Id: old$\n",
      "lf.txt": "a\nb\n",
      "crlf.txt": "a\r\nb\r\n",
      "file.bin": Buffer.from([0, 255, 10, 13, 10]),
      "lfs.dat": pointer,
      "folder/ünïcode — name.txt": Buffer.from("x"),
      [`${"deep/".repeat(40)}file`]: "deep",
      empty: "",
    };
    const tree = Object.fromEntries(
      Object.entries(files).map(([path, content]) => [Buffer.from(path, "utf8").toString("latin1"), content]),
    );
    const { workspace, git } = await unpack(server.commit({ ...tree, "run.sh": { executable: "#!/bin/sh\n" } }));
    for (const [path, content] of Object.entries(files))
      expect(readFileSync(join(workspace, path))).toEqual(Buffer.from(content));
    expect(lstatSync(join(workspace, "run.sh")).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(workspace, "lf.txt")).mode & 0o777).toBe(0o644);
    expect(git("status", "--porcelain")).toBe("");
    expect(git("rev-list", "--all").trim()).toBe(git("rev-parse", "HEAD").trim());
    expect(git("remote")).toBe("");
    expect(git("fsck", "--full")).toBe("");
    expect(git("symbolic-ref", "HEAD").trim()).toBe("refs/heads/main");
  });

  test("links that stay inside are links, all others are text, and git sees no change in either", async () => {
    const inside = { "ok/a": "../target", "ok/b": "sub/c", same: "target" };
    const outside = {
      passwd: "/etc/passwd",
      up: "../outside",
      "dir/up": "../../outside",
      "hop/x": "../same/../../outside",
      git: ".git/config",
      dotgit: ".GIT/hooks",
      "long-way": "ok/../../outside",
    };
    const links = Object.entries({ ...inside, ...outside }).map(([path, link]) => [path, { link }] as const);
    const { workspace, git } = await unpack(
      server.commit({ target: "t", "ok/sub/c": "c", ...Object.fromEntries(links) }),
    );
    for (const [path, link] of Object.entries(inside)) expect(readlinkSync(join(workspace, path))).toBe(link);
    for (const [path, text] of Object.entries(outside)) {
      expect(lstatSync(join(workspace, path)).isFile()).toBe(true);
      expect(readFileSync(join(workspace, path), "utf8")).toBe(text);
    }
    expect(git("status", "--porcelain")).toBe("");
  });

  test("submodules are empty folders, names that are not UTF-8 are left out, and git sees no change", async () => {
    const { workspace, git } = await unpack(
      server.commit({
        "lib/module": { submodule: "2".repeat(40) },
        "caf\xe9.txt": "latin1",
        "new\nline": "x",
        "a b": "y",
      }),
    );
    expect(readdirSync(join(workspace, "lib/module"))).toEqual([]);
    expect(readdirSync(workspace).sort()).toEqual([".git", "a b", "lib", "new\nline"]);
    expect(git("status", "--porcelain")).toBe("");
  });

  test("odd but lawful names arrive as they are", async () => {
    const names = [
      "a\\b",
      "..foo",
      "-x",
      "x:y",
      "co:lon/z",
      "C:/drive",
      "d:",
      'quo"te',
      "tab\there",
      "*",
      "{{ x }}",
      "$(id)",
      "`id`",
      "#",
      "~",
    ];
    const { workspace, git } = await unpack(server.commit(Object.fromEntries(names.map((name) => [name, name]))));
    for (const name of names) expect(readFileSync(join(workspace, name), "utf8")).toBe(name);
    expect(git("status", "--porcelain")).toBe("");
  });

  test("nothing of the scratch folder stays", async () => {
    await unpack(server.commit({ a: "scratch" }));
    expect(readdirSync(folder).filter((name) => name.startsWith("workspace-"))).toEqual([]);
  });
});

describe("commit and push", () => {
  const tree = {
    "src/a.ts": "a\n",
    "src/b.ts": "b\n",
    "run.sh": { executable: "#!/bin/sh\n" },
    link: { link: "src" },
  };

  async function ready(options: Partial<GitRepositoryOptions> = {}) {
    const base = server.commit(tree, { message: `base ${Math.random()}` });
    const repository = await open(options);
    await repository.fetchCommit(base);
    return { base, repository };
  }

  const merge = (base: string, other: string) =>
    server.git("commit-tree", `${base}^{tree}`, "-p", base, "-p", other, "-m", "merge");

  test("adds, changes, deletes, sets the executable bit, and replaces a file by a folder", async () => {
    const { base, repository } = await ready();
    const changes = [
      put("src/b.ts/inner.ts", "now a folder"),
      { path: "src/b.ts", deleted: true as const },
      put("src/a.ts", Buffer.from([0, 1, 13, 10])),
      put("run.sh", "#!/bin/sh\n", "100644"),
      put("bin/new tool", "#!/bin/sh\n", "100755"),
    ];
    const { commit, files } = await repository.commitChanges({ base, changes, message, date });
    expect(files).toEqual([
      { path: "bin/new tool", status: "added" },
      { path: "run.sh", status: "modified" },
      { path: "src/a.ts", status: "modified" },
      { path: "src/b.ts", status: "deleted" },
      { path: "src/b.ts/inner.ts", status: "added" },
    ]);
    await repository.push({ commit, branch: "codex/issue-2-bbbbbbbb" });
    expect(server.git("show", "-s", "--format=%P|%an|%at|%B", "codex/issue-2-bbbbbbbb").trim()).toBe(
      `${base}|codex-automation|1772600767|${message.trim()}`,
    );
    expect(server.git("ls-tree", "-r", "--format=%(objectmode) %(path)", commit).split("\n")).toEqual([
      "100755 bin/new tool",
      "120000 link",
      "100644 run.sh",
      "100644 src/a.ts",
      "100644 src/b.ts/inner.ts",
    ]);
  });

  test("the same input gives the same commit, in any order of the changes and in another folder", async () => {
    const { base, repository } = await ready();
    const changes = [put("x", "1"), put("y", "2"), { path: "src/a.ts", deleted: true as const }];
    const first = await repository.commitChanges({ base, changes, message, date });
    const other = await open({ folder: join(folder, "elsewhere") });
    await other.fetchCommit(base);
    const second = await other.commitChanges({ base, changes: changes.toReversed(), message, date });
    expect(second).toEqual(first);
  });

  test("changes that change nothing", async () => {
    const { base, repository } = await ready();
    expect(await codeOf(repository.commitChanges({ base, changes: [], message, date }))).toBe("no-changes");
    const same = [put("src/a.ts", "a\n"), put("run.sh", "#!/bin/sh\n", "100755")];
    expect(await codeOf(repository.commitChanges({ base, changes: same, message, date }))).toBe("no-changes");
    const { files } = await repository.commitChanges({ base, changes: [...same, put("n", "")], message, date });
    expect(files).toEqual([{ path: "n", status: "added" }]);
  });

  test("attributes and configuration of the repository change no byte", async () => {
    const base = server.commit({ ".gitattributes": "* text=auto eol=crlf ident\n", a: "1\n" });
    const repository = await open();
    await repository.fetchCommit(base);
    const content = Buffer.from("$Id$\r\nline\r\n");
    const { commit } = await repository.commitChanges({ base, changes: [put("a", content)], message, date });
    await repository.push({ commit, branch: "codex/raw" });
    expect(`${server.git("show", "codex/raw:a")}\r\n`).toBe(content.toString());
  });

  describe("what the base commit tells about a path", () => {
    const attributes = {
      ".gitattributes": "*.psd filter=lfs diff=lfs merge=lfs -text\n* text=auto\n",
      "secret/.gitattributes": "* filter=git-crypt diff=git-crypt\n.gitattributes !filter\n",
      "art/.gitattributes": "plain.psd -filter\n",
      "art/big.psd": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
      "docs/agents.md": "be kind\n",
      "CLAUDE.md": { link: "docs/agents.md" },
      ".claude": { link: "tools/claude" },
      "tools/claude/settings.json": "{}",
      loose: { link: "docs" },
    };
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:11\nsize 2\n";

    test.each<[string, Change, string | undefined]>([
      ["a new file for LFS", put("new.psd", "x"), 'new.psd": kept by Git LFS'],
      ["a pointer for LFS changed", put("art/big.psd", pointer), 'art/big.psd": kept by Git LFS'],
      ["a file for LFS in a folder", put("art/deep/er.psd", "x"), "kept by Git LFS"],
      ["a pointer where LFS is not", put("notes.txt", pointer), "a Git LFS pointer in place of content"],
      ["another filter", put("secret/key.txt", "plain"), "kept through a git filter"],
      ["a folder's own exception", put("art/plain.psd", "x"), undefined],
      ["a pointer deleted", { path: "art/big.psd", deleted: true }, undefined],
      ["a text that mentions pointers", put("notes.md", `see ${pointer}`), undefined],
      ["what a protected link leads to", put("docs/agents.md", "be evil\n"), "a protected path"],
      ["the same, deleted", { path: "docs/agents.md", deleted: true }, "a protected path"],
      ["below what a protected link leads to", put("tools/claude/hooks.json", "{}"), "a protected path"],
      ["beside it", put("docs/other.md", "x"), undefined],
    ])("%s", async (_, change, reason) => {
      const base = server.commit(attributes);
      const repository = await open();
      await repository.fetchCommit(base);
      const made = repository.commitChanges({ base, changes: [change], message, date });
      if (reason === undefined) expect((await made).files).toHaveLength(1);
      else
        await expect(made).rejects.toMatchObject({ code: "invalid-changes", detail: expect.stringContaining(reason) });
    });
  });

  describe("credentials", () => {
    /** Put together here, so that this repository itself holds nothing of a credential's shape. */
    const token = `ghp_${"aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7b".slice(0, 36)}`;
    const bearer = "q7Lx0vR3mZ8tB1nK5wY2cD6fG9hJ4pS0";
    const secrets = createSecretSearch(async () => [{ name: "the bearer of this run", value: bearer }]);
    const tree = { "old.env": `A=1\nTOKEN=${token}\n`, "a.txt": "a\n" };

    test.each<[string, Change[], string | undefined]>([
      [
        "this run's, spelled otherwise",
        [put("x.txt", Buffer.from(bearer).toString("hex"))],
        '"x.txt": holds the bearer',
      ],
      ["this run's in a name", [put(`dir/${bearer}.txt`, "x")], "a file's name holds the bearer of this run"],
      [
        "this run's in the names together",
        [put(bearer.slice(0, 16), "x"), put(bearer.slice(16), "y")],
        "holds the bearer",
      ],
      ["somebody's", [put("a.txt", `a\nb\nkey = "${token}"\n`)], "a credential (github) in line 3"],
      ["somebody's in a name", [put(`${token}.txt`, "x")], "a file's name holds what looks like a credential (github)"],
      ["a line that stood there", [put("old.env", `B=2\nTOKEN=${token}\n`)], undefined],
      ["a file that moved", [{ path: "old.env", deleted: true }, put("new.env", `A=1\nTOKEN=${token}\n`)], undefined],
      [
        "a line that stands in a file that stays",
        [put("new.env", `TOKEN=${token}\n`)],
        "a credential (github) in line 1",
      ],
      ["another line with the same", [put("old.env", `A=1\nTOKEN="${token}"\n`)], "a credential (github) in line 2"],
    ])("%s", async (_, changes, reason) => {
      const base = server.commit(tree);
      const repository = await open({ secrets });
      await repository.fetchCommit(base);
      const made = repository.commitChanges({ base, changes, message, date });
      if (reason === undefined) return expect((await made).files).not.toHaveLength(0);
      const failure = await made.catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "invalid-changes", detail: expect.stringContaining(reason) });
      expect(JSON.stringify(failure)).not.toMatch(new RegExp(`${token}|${bearer}`));
    });

    test("a commit found on the branch is searched too", async () => {
      const base = server.commit(tree);
      const repository = await open({ secrets });
      const commit = server.commit({ ...tree, "b.txt": `x ${bearer}` }, { parent: base });
      await expect(repository.judgeCommit({ base, commit })).rejects.toMatchObject({
        code: "branch-taken",
        detail: expect.stringContaining('"b.txt": holds the bearer of this run'),
      });
    });
  });

  test("a branch is pushed once, replaced only over the tip expected, and never over another", async () => {
    const { base, repository } = await ready();
    const branch = `codex/issue-3-${Math.floor(Math.random() * 1e8)}`;
    const make = async (content: string) =>
      (await repository.commitChanges({ base, changes: [put("n", content)], message, date })).commit;
    const [one, two, three] = [await make("1"), await make("2"), await make("3")];
    expect(await repository.remoteTip(branch)).toBeUndefined();
    await repository.push({ commit: one, branch });
    await repository.push({ commit: one, branch });
    expect(await codeOf(repository.push({ commit: two, branch }))).toBe("branch-taken");
    await repository.push({ commit: two, branch, expected: one });
    expect(await codeOf(repository.push({ commit: three, branch, expected: one }))).toBe("branch-taken");
    expect(await repository.remoteTip(branch)).toBe(two);
  });

  test("a commit of ours passes the judgement of commits, read back by another process", async () => {
    const { base, repository } = await ready();
    const changes = [put("n", "1"), put("run.sh", "x"), { path: "src/a.ts", deleted: true as const }];
    const { commit, files } = await repository.commitChanges({ base, changes, message, date });
    await repository.push({ commit, branch: "codex/judged" });
    const other = await open({ folder: join(folder, "elsewhere") });
    expect(await other.judgeCommit({ base, commit })).toEqual({ files, message: message.trim() });
  });

  test.each<[string, (base: string) => string, string]>([
    [
      "a protected path",
      (base) => server.commit({ ...tree, ".github/workflows/evil.yml": "on: push\n" }, { parent: base, message }),
      "a protected path",
    ],
    ["a new link", (base) => server.commit({ ...tree, n: { link: "src" } }, { parent: base }), "mode 120000"],
    ["a changed link", (base) => server.commit({ ...tree, link: "src" }, { parent: base }), "a symbolic link"],
    ["a submodule", (base) => server.commit({ ...tree, n: { submodule: base } }, { parent: base }), "mode 160000"],
    ["no parent", () => server.commit({ ...tree, n: "1" }, { message: "orphan" }), "its only parent is not"],
    [
      "a parent above the base",
      (base) => server.commit({ ...tree, n: "2" }, { parent: server.commit({ ...tree, n: "1" }, { parent: base }) }),
      "its only parent is not",
    ],
    ["two parents", (base) => merge(base, server.commit({ z: "1" })), "its only parent is not"],
    ["too much", (base) => server.commit({ ...tree, n: "x".repeat(2_000) }, { parent: base }), "more than 1000"],
  ])("a commit with %s is none of ours", async (_, make, reason) => {
    const { base, repository } = await ready({ rules: { maxBytes: 1_000 } });
    const failure = await repository.judgeCommit({ base, commit: make(base) }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "branch-taken", detail: expect.stringContaining(reason) });
  });

  test("an answer that is lost after the push counts as pushed", async () => {
    const { base, repository } = await ready();
    const { commit } = await repository.commitChanges({ base, changes: [put("n", "lost")], message, date });
    server.fail(/git-receive-pack$/, "lost");
    await repository.push({ commit, branch: "codex/lost" });
    expect(server.git("rev-parse", "codex/lost")).toBe(commit);
  });

  test("the server's refusal is told in its words", async () => {
    const { base, repository } = await ready();
    const { commit } = await repository.commitChanges({ base, changes: [put("n", "refused")], message, date });
    const hook = join(server.folder, "hooks", "pre-receive");
    mkdirSync(join(server.folder, "hooks"), { recursive: true });
    writeFileSync(hook, "#!/bin/sh\necho 'GH013: Repository rule violations found \\033[31m' >&2\nexit 1\n", {
      mode: 0o755,
    });
    try {
      const failure = await repository.push({ commit, branch: "codex/refused" }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: "push-refused" });
      expect((failure as RunFailure).detail).toContain("GH013: Repository rule violations found");
      expect((failure as RunFailure).detail).not.toMatch(/\p{Cc}/u);
    } finally {
      rmSync(hook);
    }
  });

  test.each(["main", "MAIN", "release"])("the branch %s is never pushed to", async (branch) => {
    const { base, repository } = await ready({ forbiddenBranches: ["main", "release"] });
    const { commit } = await repository.commitChanges({ base, changes: [put("n", "x")], message, date });
    expect(await codeOf(repository.push({ commit, branch, expected: base }))).toBe("push-refused");
    expect(server.git("rev-parse", "main")).toBe(base);
  });

  test.each(["--force", "a b", "a..b", "a:main", "+main", "refs/../x", "a.lock", "a/.b", "", "x\ny", "*"])(
    "%j is no name for a branch",
    async (branch) => {
      const { base, repository } = await ready();
      expect(await codeOf(repository.push({ commit: base, branch }))).toBe("internal");
      expect(await codeOf(repository.remoteTip(branch))).toBe("internal");
    },
  );

  test("a run that stops ends git", async () => {
    const controller = new AbortController();
    const { base, repository } = await ready({ signal: controller.signal });
    controller.abort();
    await expect(repository.packWorkspace(base)).rejects.toThrow();
  });
});
