import { execFileSync } from "node:child_process";
import {
  existsSync,
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
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fetchWorkspace } from "./fetch-workspace.ts";
import { findChanges } from "./find-changes.ts";
import { packOf, streamOf } from "./testing/fake-mediator.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fetch-workspace-"));
  git(["init", "--quiet", "--bare", "--initial-branch=main", "."]);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const source = () => join(folder, "source.git");
function git(args: string[], input: string | Buffer = ""): string {
  mkdirSync(source(), { recursive: true });
  const env = { PATH: process.env["PATH"], GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
  const identity = ["-c", "user.name=a", "-c", "user.email=a@b"];
  return execFileSync("git", [...identity, ...args], { cwd: source(), env, input, encoding: "utf8" }).trim();
}

/** Entries of one tree by their names, which no part of git has looked at: a name may hold anything but NUL. */
type Tree = [mode: string, name: string, content: string | Tree][];

/** The ids of trees are written as bytes, so that nothing is sorted, checked or refused. */
function write(tree: Tree): string {
  const lines = tree.map(([mode, name, content]) => {
    const id = typeof content === "string" ? git(["hash-object", "-w", "--stdin"], content) : write(content);
    return Buffer.concat([Buffer.from(`${mode} `), Buffer.from(name), Buffer.alloc(1), Buffer.from(id, "hex")]);
  });
  return git(["hash-object", "-t", "tree", "-w", "--stdin", "--literally"], Buffer.concat(lines));
}

const own = () => join(folder, "own");
const workspace = () => join(folder, "workspace");
function fetched(tree: Tree) {
  const { commit, pack } = packOf(source(), git(["commit-tree", write(tree), "-m", "base"]));
  const places = { folder: workspace(), privateFolder: own(), path: process.env["PATH"] ?? "" };
  return fetchWorkspace(streamOf(pack), commit, places);
}

/** All that is there, but for the repositories: that it came from, its own and ours. */
function found(): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => !/^(?:source\.git|own|workspace\/\.git)(?:\/|$)/.test(name))
    .sort();
}

describe("a tree that a fetch with fsck would never have let in", () => {
  const escaped = `escaped-${process.pid}`;
  const evil: Tree = [["100644", "config", '[core]\n\tfsmonitor = "touch /tmp/evil"\n']];
  test.each<[string, Tree]>([
    ["a .git folder", [["40000", ".git", evil]]],
    ["a .git folder in capitals", [["40000", ".GIT", evil]]],
    ["a .git file", [["100644", ".git", "gitdir: /etc\n"]]],
    ["a .git link", [["120000", ".git", "/etc"]]],
    ["a .git deeper", [["40000", "sub", [["40000", ".Git", evil]]]]],
    ["a folder above", [["40000", "..", [["100644", "escaped", "x"]]]]],
    ["a folder above, in one name", [["100644", "../escaped", "x"]]],
    ["a folder above, in the middle of a name", [["100644", "sub/../../escaped", "x"]]],
    ["the folder itself", [["40000", ".", [["100644", "a", "x"]]]]],
    ["an absolute name", [["100644", `${tmpdir()}/${escaped}`, "x"]]],
    ["a name with .git in it", [["100644", ".git/hooks/post-checkout", "#!/bin/sh\n"]]],
    ["a .git submodule", [["160000", ".git", "1"]]],
  ])("%s is refused by git, and nothing is written", async (_, tree) => {
    await expect(fetched(tree)).rejects.toThrow(/error: invalid path/);
    expect(found()).toEqual(["workspace"]);
    expect(readFileSync(join(workspace(), ".git", "config"), "utf8")).not.toContain("fsmonitor");
    expect(existsSync(join(tmpdir(), escaped))).toBe(false);
  });

  test.each<[string, Tree]>([
    [
      "before it",
      [
        ["120000", "a", ".."],
        ["40000", "a", [["100644", "escaped", "x"]]],
      ],
    ],
    [
      "after it",
      [
        ["40000", "a", [["100644", "escaped", "x"]]],
        ["120000", "a", ".."],
      ],
    ],
  ])("nothing is written through a link of the same name %s", async (_, tree) => {
    await fetched(tree).catch(() => undefined);
    expect(found().filter((name) => !/^workspace(?:\/a(?:\/escaped)?)?$/.test(name))).toEqual([]);
    expect(lstatSync(join(workspace(), "a"), { throwIfNoEntry: false })?.isSymbolicLink() ?? false).toBe(false);
  });
});

describe("a working copy", () => {
  test("a link is one only where it stays inside, whatever its neighbours are", async () => {
    await fetched([
      ["100644", "a", "1"],
      ["120000", "bytes", "a"],
      ["120000", "etc", "/etc"],
      ["120000", "long", "d/".repeat(2_100)],
      [
        "40000",
        "sub",
        [
          ["120000", "inside", "../a"],
          ["120000", "outside", "../../a"],
        ],
      ],
    ]);
    expect(readlinkSync(join(workspace(), "bytes"))).toBe("a");
    expect(readlinkSync(join(workspace(), "sub", "inside"))).toBe("../a");
    for (const name of ["etc", "long", "sub/outside"]) expect(lstatSync(join(workspace(), name)).isFile()).toBe(true);
  });

  test("a link whose target is not UTF-8 stays the text that git holds", async () => {
    const target = Buffer.from([0x66, 0xff]);
    const id = git(["hash-object", "-w", "--stdin"], target);
    const tree = git(["mktree"], `120000 blob ${id}\tlink\n`);
    const { commit, pack } = packOf(source(), git(["commit-tree", tree, "-m", "base"]));
    await fetchWorkspace(streamOf(pack), commit, {
      ...{ folder: workspace(), privateFolder: own(), path: process.env["PATH"] ?? "" },
    });
    expect(readFileSync(join(workspace(), "link"))).toEqual(target);
  });

  const oddNames = [
    "new\nline",
    "tab\tand\u0001",
    "back\\slash",
    "..\\..\\escaped",
    ".git\\config",
    "-rf",
    ":(top)x",
    "git~1",
    ".git ",
    ".git.",
    ".g\u200cit",
    "n".repeat(255),
  ];
  test("names that mean something elsewhere are names, and lead nowhere", async () => {
    const { base } = await fetched(oddNames.toSorted().map((name) => ["100644", name, name]));
    for (const name of oddNames) expect(readFileSync(join(workspace(), name), "utf8")).toBe(name);
    expect([...base.entries.keys()].sort()).toEqual(oddNames.toSorted());
    expect(found()).toHaveLength(1 + oddNames.length);
    expect(readFileSync(join(workspace(), ".git", "config"), "utf8")).toMatch(/^\[core\]\n/);
  });

  test("attributes of the repository change no byte, run nothing and make no file", async () => {
    const content = "$Id$\r\n\u00e4 $Format:%H$\n";
    const attributes = [
      "[attr]evil filter=evil text eol=crlf ident",
      "* evil working-tree-encoding=UTF-16 export-subst crlf=input",
      "*.txt filter=lfs diff=lfs merge=lfs",
    ].join("\n");
    await fetched([
      ["100644", ".gitattributes", attributes],
      ["100644", ".gitmodules", '[submodule "s"]\n\tpath = s\n\turl = https://example.org/s\n\tupdate = !touch evil\n'],
      ["100644", "a.txt", content],
      ["160000", "s", "1"],
      [
        "40000",
        "sub",
        [
          ["120000", ".gitattributes", "../a.txt"],
          ["100755", "run", content],
        ],
      ],
    ]);
    for (const name of ["a.txt", "sub/run"]) expect(readFileSync(join(workspace(), name), "utf8")).toBe(content);
    expect(readdirSync(join(workspace(), "s"))).toEqual([]);
    expect(existsSync(join(workspace(), "evil"))).toBe(false);
    expect(lstatSync(join(workspace(), "sub", "run")).mode & 0o111).not.toBe(0);
  });

  test("a folder that git would take for a repository is but a folder, whose configuration nobody reads", async () => {
    const repository: Tree = [
      ["100644", "HEAD", "ref: refs/heads/main\n"],
      ["100644", "config", `[core]\n\tbare = false\n\tworktree = ..\n\tfsmonitor = "touch ${folder}/evil; false"\n`],
      ["40000", "objects", [["100644", "x", ""]]],
      ["40000", "refs", [["100644", "x", ""]]],
    ];
    const fetchedWorkspace = await fetched([["40000", "inner", repository], ...repository]);
    expect(await findChanges(fetchedWorkspace, process.env["PATH"] ?? "")).toEqual([]);
    expect(existsSync(join(folder, "evil"))).toBe(false);
  });

  test("modes are git's two, whatever the tree says", async () => {
    const modes = ["100600", "100664", "100777", "102644"];
    const fetchedWorkspace = await fetched(modes.map((mode) => [mode, mode, "1"]));
    for (const mode of modes) expect(lstatSync(join(workspace(), mode)).mode & 0o7000).toBe(0);
    expect(await findChanges(fetchedWorkspace, process.env["PATH"] ?? "")).toEqual([]);
  });

  test("replaces what was in the folder", async () => {
    mkdirSync(join(workspace(), "stale"), { recursive: true });
    writeFileSync(join(workspace(), "stale", "x"), "x");
    await fetched([["100644", "a", "1"]]);
    expect(found()).toEqual(["workspace", "workspace/a"]);
  });
});

/** The pack, behind its index, has a byte that the index does not tell of. */
function damaged(sent: Buffer): Buffer {
  const at = 4 + sent.readUInt32BE() + 14;
  return Buffer.from(sent.map((byte, index) => (index === at ? byte ^ 0xff : byte)));
}

describe("a pack", () => {
  const places = () => ({ folder: workspace(), privateFolder: own(), path: process.env["PATH"] ?? "" });

  test.each<[string, (pack: Buffer) => Readable]>([
    ["empty", () => streamOf()],
    ["cut off", (pack) => streamOf(pack.subarray(0, pack.length - 8))],
    ["with a byte that differs", (pack) => streamOf(damaged(pack))],
    ["shorter than it says its index is", () => streamOf(Buffer.alloc(1024 * 1024, "x"))],
    ["with an index that is none", (pack) => streamOf(pack.subarray(0, 4), Buffer.alloc(pack.length - 4, "x"))],
    ["that is none behind its index", (pack) => streamOf(Buffer.from(pack).fill("x", 4 + pack.readUInt32BE()))],
    [
      "whose sender breaks off",
      (pack) =>
        Readable.from(
          (async function* () {
            yield pack.subarray(0, 20);
            throw new Error("reset");
          })(),
          { objectMode: false },
        ),
    ],
  ])("%s is an error", async (_, change) => {
    const { commit, pack } = packOf(source(), git(["commit-tree", write([["100644", "a", "1"]]), "-m", "base"]));
    await expect(fetchWorkspace(change(pack), commit, places())).rejects.toThrow(/pack|reset/);
  });

  test("that stops coming is an error once its time is over", async () => {
    const { commit, pack } = packOf(source(), git(["commit-tree", write([["100644", "a", "1"]]), "-m", "base"]));
    const stalled = new Readable({ read() {} });
    stalled.push(pack.subarray(0, pack.length - 8));
    await expect(fetchWorkspace(stalled, commit, places(), 50)).rejects.toThrow(/aborted|timeout/);
    expect(stalled.destroyed).toBe(true);
  });

  test("of another commit is an error", async () => {
    const { pack } = packOf(source(), git(["commit-tree", write([["100644", "a", "1"]]), "-m", "base"]));
    await expect(fetchWorkspace(streamOf(pack), "1".repeat(40), places())).rejects.toThrow(/ls-tree|read-tree/);
  });
});
