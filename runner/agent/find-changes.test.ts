import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { maxPathLength } from "../protocol.ts";
import { fetchWorkspace } from "./fetch-workspace.ts";
import { findChanges } from "./find-changes.ts";
import { commitAll, packOf, streamOf } from "./testing/fake-mediator.ts";

const path = process.env["PATH"] ?? "";
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function write(root: string, files: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
}

/** A working copy as the agent gets it, and a way to ask for its changes. */
async function fetched(files: Record<string, string | Buffer>, prepare: (source: string) => void = () => {}) {
  const folder = mkdtempSync(join(tmpdir(), "changes-"));
  folders.push(folder);
  const [source, workspace, own] = ["source", "workspace", "own"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  write(source, files);
  mkdirSync(own);
  prepare(source);
  commitAll(source);
  const { commit, pack } = packOf(source);
  const places = { folder: workspace, privateFolder: own, path };
  const fetchedWorkspace = await fetchWorkspace(streamOf(pack), commit, places);
  return {
    workspace,
    git: (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: workspace }),
    changes: () => findChanges(fetchedWorkspace, path),
  };
}
/** A folder that is deeper than any path can name. */
const deep = (place: string) =>
  execFileSync("/bin/bash", [
    "-c",
    `cd ${place}; for ((i=0; i<30; i++)); do mkdir ${"d".repeat(200)}; cd -P ./d*; done`,
  ]);

const file = (name: string, content: string | Buffer, mode = "100644") => ({
  path: name,
  mode,
  content: Buffer.from(content).toString("base64"),
});

describe("findChanges", () => {
  test("nothing changed", async () => {
    const { changes } = await fetched({ a: "a\n", "b/c.sh": "c\r\n", "d\u00e4 x\t": "" });
    expect(await changes()).toEqual([]);
  });

  test.each([
    [maxPathLength, "passes"],
    [maxPathLength + 1, "is refused"],
  ])("a path of %i characters %s", async (length) => {
    const { workspace, changes } = await fetched({ a: "a" });
    const long = "d/".repeat((length - (length % 2)) / 2 - 1) + "x".repeat(2 + (length % 2));
    write(workspace, { [long]: "x" });
    if (length > maxPathLength)
      await expect(changes()).rejects.toMatchObject({
        code: "invalid-changes",
        detail: expect.stringContaining(`${length} characters, more than ${maxPathLength}`),
      });
    else expect(await changes()).toEqual([file(long, "x")]);
  });

  test("files of the base whose names are not UTF-8 are not there, and stay as they are", async () => {
    const foreign = (folder: string) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0x66, 0xff, 0x67])]);
    const { workspace, changes } = await fetched({ a: "a" }, (source) => writeFileSync(foreign(source), "x"));
    write(workspace, { a: "b" });
    expect(await changes()).toEqual([file("a", "b")]);
    // One that is there again is the agent's, and cannot be handed over.
    writeFileSync(foreign(workspace), "x");
    await expect(changes()).rejects.toMatchObject({ code: "invalid-changes" });
    rmSync(foreign(workspace));
    writeFileSync(Buffer.concat([foreign(workspace), Buffer.from("new")]), "x");
    await expect(changes()).rejects.toMatchObject({ code: "invalid-changes" });
  });

  test("new, changed, deleted, made executable, renamed", async () => {
    const { workspace, changes } = await fetched({ changed: "1", deleted: "2", tool: "3", "from/x": "4" });
    write(workspace, { changed: "one", "new/deep/file": Buffer.from([0, 255, 10]) });
    rmSync(join(workspace, "deleted"));
    chmodSync(join(workspace, "tool"), 0o755);
    renameSync(join(workspace, "from"), join(workspace, "to"));
    expect(await changes()).toEqual([
      file("changed", "one"),
      { path: "deleted", deleted: true },
      { path: "from/x", deleted: true },
      file("new/deep/file", Buffer.from([0, 255, 10])),
      file("to/x", "4"),
      file("tool", "3", "100755"),
    ]);
  });

  test("ignored files are left out, also when the agent ignored them; tracked ones never are", async () => {
    const { workspace, changes } = await fetched({ ".gitignore": "build/\n*.log\n", "kept.log": "1" });
    write(workspace, {
      "build/out": "x",
      "a.log": "x",
      "kept.log": "2",
      tmp: "x",
      ".gitignore": "build/\n*.log\ntmp\n",
    });
    expect((await changes()).map((change) => change.path)).toEqual([".gitignore", "kept.log"]);
  });

  test("the agent's own commits, branches and staged files count like any change", async () => {
    const { workspace, git, changes } = await fetched({ a: "1", b: "1" });
    git("switch", "--quiet", "--create", "mine");
    write(workspace, { a: "2", c: "new" });
    git("add", "--all");
    git("commit", "--quiet", "--message", "mine");
    git("rm", "--quiet", "b");
    expect(await changes()).toEqual([file("a", "2"), { path: "b", deleted: true }, file("c", "new")]);
  });

  test.each<[string, (workspace: string) => void]>([
    ["a removed .git", (workspace) => rmSync(join(workspace, ".git"), { recursive: true })],
    [
      "a .git that leads elsewhere",
      (workspace) => {
        rmSync(join(workspace, ".git"), { recursive: true });
        writeFileSync(join(workspace, ".git"), "gitdir: /etc\n");
      },
    ],
    [
      "filters, hooks and helpers",
      (workspace) => {
        const evil = "sh -c 'touch /tmp/froussard-evil; cat'";
        for (const key of [
          "filter.x.clean",
          "filter.x.smudge",
          "core.fsmonitor",
          "diff.external",
          "core.hooksPath",
          "core.attributesFile",
        ])
          execFileSync("git", ["config", key, evil], { cwd: workspace });
        execFileSync("git", ["config", "core.autocrlf", "input"], { cwd: workspace });
        writeFileSync(join(workspace, ".git", "info", "exclude"), "*\n");
        writeFileSync(join(workspace, ".git", "info", "attributes"), "* filter=x text eol=lf\n");
      },
    ],
  ])("is not misled by %s", async (_, tamper) => {
    const { workspace, changes } = await fetched({ a: "a\r\n" });
    tamper(workspace);
    write(workspace, { new: "n\r\n" });
    expect(await changes()).toEqual([file("new", "n\r\n")]);
  });

  test("attributes in the working copy change no content", async () => {
    const { workspace, changes } = await fetched({
      ".gitattributes": "* text=auto eol=crlf ident filter=lfs\nb working-tree-encoding=UTF-16\n",
      a: "a\r\n$Id$\n",
    });
    write(workspace, { b: "$Id$\r\n" });
    expect(await changes()).toEqual([file("b", "$Id$\r\n")]);
  });

  test("a link that was there, or the plain file in its place, is unchanged", async () => {
    const { workspace, changes } = await fetched({ target: "t" }, (source) => {
      symlinkSync("target", join(source, "link"));
      symlinkSync("/etc/passwd", join(source, "outside"));
    });
    expect(readlinkSync(join(workspace, "link"))).toBe("target");
    expect(readFileSync(join(workspace, "outside"), "utf8")).toBe("/etc/passwd");
    expect(await changes()).toEqual([]);
  });

  test.each<[string, (workspace: string) => void, string]>([
    ["a new link", (workspace) => symlinkSync("/etc/passwd", join(workspace, "leak")), '"leak"'],
    [
      "a file made a link",
      (workspace) => {
        rmSync(join(workspace, "a"));
        symlinkSync("/etc/passwd", join(workspace, "a"));
      },
      '"a"',
    ],
    [
      "a changed link",
      (workspace) => {
        rmSync(join(workspace, "link"));
        symlinkSync("/etc", join(workspace, "link"));
      },
      '"link"',
    ],
    [
      "a folder made a link",
      (workspace) => {
        rmSync(join(workspace, "dir"), { recursive: true });
        symlinkSync("/etc", join(workspace, "dir"));
      },
      '"dir"',
    ],
    [
      "a file made a pipe",
      (workspace) => {
        rmSync(join(workspace, "a"));
        execFileSync("mkfifo", [join(workspace, "a")]);
      },
      '"a"',
    ],
    [
      "a repository inside",
      (workspace) => {
        write(workspace, { "inner/file": "x" });
        commitAll(join(workspace, "inner"));
      },
      '"inner/"',
    ],
  ])("refuses %s, and follows nothing", async (_, tamper, named) => {
    const { workspace, changes } = await fetched({ a: "1", "dir/passwd": "1" }, (source) =>
      symlinkSync("a", join(source, "link")),
    );
    tamper(workspace);
    await expect(changes()).rejects.toMatchObject({ code: "invalid-changes", detail: expect.stringContaining(named) });
  });

  test("refuses a file name that is no UTF-8", async () => {
    const { workspace, changes } = await fetched({ a: "1" });
    writeFileSync(Buffer.concat([Buffer.from(`${workspace}/`), Buffer.from([0xff, 0xfe])]), "x");
    await expect(changes()).rejects.toMatchObject({
      code: "invalid-changes",
      detail: "the name of a new file is not valid UTF-8",
    });
  });

  test("refuses more than the protocol carries", async () => {
    const { workspace, changes } = await fetched({ a: "1" });
    writeFileSync(join(workspace, "big"), Buffer.alloc(33 * 1024 * 1024));
    await expect(changes()).rejects.toMatchObject({
      code: "invalid-changes",
      detail: "a changed file has more than 32 MiB",
    });
  });

  test("a large file of the base is left alone, and one that was changed is refused", async () => {
    const { workspace, changes } = await fetched({ big: Buffer.alloc(33 * 1024 * 1024), a: "1" });
    write(workspace, { a: "2" });
    expect(await changes()).toEqual([file("a", "2")]);
    writeFileSync(join(workspace, "big"), Buffer.alloc(33 * 1024 * 1024, 1));
    await expect(changes()).rejects.toMatchObject({ code: "invalid-changes" });
    execFileSync("truncate", ["-s", "1T", join(workspace, "big")]);
    await expect(changes()).rejects.toMatchObject({ code: "invalid-changes" });
  });

  test.each<[string, (workspace: string) => void]>([
    ["a folder deeper than any path", (workspace) => deep(workspace)],
    ["links in a circle", (workspace) => symlinkSync("loop", join(workspace, "ignored", "loop"))],
    ["a pipe among the new files", (workspace) => execFileSync("mkfifo", [join(workspace, "pipe")])],
    [
      "a large file that is ignored",
      (workspace) => execFileSync("truncate", ["-s", "1T", join(workspace, "ignored", "x")]),
    ],
  ])("%s does not matter", async (_, make) => {
    const { workspace, changes } = await fetched({ a: "1", ".gitignore": "ignored/\n" });
    write(workspace, { "ignored/x": "", b: "new" });
    make(workspace);
    expect(await changes()).toEqual([file("b", "new")]);
    execFileSync("rm", ["-rf", workspace]);
  });

  test("more new files than can be told are refused, in little time", async () => {
    const { workspace, changes } = await fetched({ a: "1" });
    execFileSync("/bin/sh", ["-c", "mkdir new && cd new && seq 20000 | xargs touch"], { cwd: workspace });
    await expect(changes()).rejects.toMatchObject({
      code: "invalid-changes",
      detail: expect.stringContaining("more than 10000 files"),
    });
  });
});
