import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Change } from "../protocol.ts";
import { publishChange } from "./testing/published-change.ts";

const tree = {
  "README.md": "# Target\n",
  "src/a.txt": "a\n",
  ".github/workflows/test.yml": "on: push\n",
  ".github/CODEOWNERS": "* @owner\n",
  ".gitattributes": "* text=auto\n",
  "link.txt": { link: "README.md" },
  sub: { submodule: "1".repeat(40) },
  tool: { executable: "#!/bin/sh\n" },
};
const base64 = (text: string) => Buffer.from(text, "latin1").toString("base64");
const file = (path: string, content = "EVIL\n", mode: "100644" | "100755" = "100644"): Change => ({
  path,
  mode,
  content: base64(content),
});
const token = () =>
  `ghp_${Array.from({ length: 36 }, () => "ABCDEFGHJKLMNPQRSTUVWXYZ"[Math.floor(Math.random() * 24)]).join("")}`;

const keys = (type: "rsa" | "ed25519") =>
  generateKeyPairSync(type as "rsa", {
    modulusLength: 2048,
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });

describe("what a model does in its working copy is refused as a whole: nothing is pushed", () => {
  test.each<[string, string[]]>([
    ["a workflow", ["echo 'on: push' > .github/workflows/evil.yml"]],
    ["a workflow, in odd spelling", ["mkdir -p .GitHub/Workflows; echo 'on: push' > .GitHub/Workflows/evil.yml"]],
    ["a file renamed onto a workflow", ["mv -f src/a.txt .github/workflows/test.yml"]],
    ["who must review", ["echo '* @mallory' > .github/CODEOWNERS"]],
    ["an action of one's own, with something harmless", ["mkdir x; echo x > x/action.yml; echo more >> README.md"]],
    ["attributes with a filter", ["echo '* filter=evil' > .gitattributes"]],
    ["everything deleted", ["rm -rf -- * .github .gitattributes"]],
    ["a link out of the working copy", ["ln -s /etc/passwd passwd; ln -s ../../../../root root"]],
    ["a file made a link", ["rm README.md; ln -s /proc/self/environ README.md"]],
    ["a link turned elsewhere", ["ln -sf /etc/passwd link.txt"]],
    [
      "a repository in the repository",
      ["git init -q inner; cd inner; git config core.fsmonitor 'touch x'; echo x > a"],
    ],
    ["a submodule filled", ["echo x > sub/evil.txt"]],
    ["more files than a person reads", ["mkdir many; cd many; seq 1 10000 | xargs -n 500 touch"]],
    ["a file larger than a person reads", ["head -c 12000000 /dev/zero > zero.bin"]],
    ["a file that says that it has a terabyte", ["truncate -s 1T huge.bin"]],
    ["a name that is not UTF-8", ["printf x > $(printf 'bad\\377name')"]],
    ["a name with a line break and an escape sequence", [`printf x > "$(printf 'a\\033[31m\\nb')"`]],
    ["a name that turns round (bidi)", ["printf x > $(printf 'evil\\342\\200\\256txt.exe')"]],
    ["a name of Windows' devices or streams", ["printf x > 'a.txt:stream'; printf x > 'NUL.'; printf x > 'COM1 '"]],
    ["a backslash that is a folder elsewhere", ["printf x > '..\\..\\evil'"]],
    ["two files that are one elsewhere", ["printf x > readme.MD"]],
    [
      "a token in a file",
      [`printf 'ghp_%s\\n' "$(head -c 400 /dev/urandom | base64 | tr -dc A-Za-z0-9 | head -c 36)" > notes.txt`],
    ],
  ])("%s", async (name, commands) => {
    await publishChange(tree, { commands: commands.join("\n") }, ({ failure, branches }) => {
      // What git does not take for a part of the working copy at all is no change.
      expect(failure?.code).toBe(name === "a submodule filled" ? "no-changes" : "invalid-changes");
      expect(branches).toEqual(["main"]);
    });
  });
});

describe("a change set that no working copy could hold, handed over by hand, is refused as a whole", () => {
  const own = `sk-attack-${"0123456789abcdef".repeat(2)}`;
  test.each<[string, Change[]]>([
    ["a path that climbs", [file("../../evil")]],
    ["a path that climbs in between", [file("src/../../evil")]],
    ["an absolute path", [file("/etc/cron.d/evil")]],
    ["a drive of Windows", [file("C:/evil")]],
    ["into .git", [file(".git/hooks/pre-push", "#!/bin/sh\n", "100755")]],
    ["into .git, in capitals", [file("src/.GIT/config")]],
    ["into .git by its short name", [file("git~1/config")]],
    ["into .git by a character that is not seen", [file(".g\u200cit/config")]],
    ["into .git by a stream", [file(".git::$INDEX_ALLOCATION/config")]],
    ["through a link", [file("link.txt/evil")]],
    ["onto a link", [file("link.txt")]],
    ["onto a submodule", [file("sub")]],
    ["into a submodule", [file("sub/evil")]],
    ["a file where a folder is", [file("src")]],
    ["a folder where a file is", [file("README.md/evil")]],
    ["the same path twice", [file("a", "GOOD\n"), file("a")]],
    ["a workflow in full-width letters", [file(".github/workflow\uff53/evil.yml")]],
    ["a workflow with the Kelvin sign's kind of letters", [file(".github/wor\u212aflows/evil.yml")]],
    ["a workflow behind a dot", [file("./.github/workflows/evil.yml")]],
    ["a workflow behind two slashes", [file(".github//workflows/evil.yml")]],
    ["a workflow with a trailing dot", [file(".github/workflows./evil.yml")]],
    ["a workflow deleted", [{ path: ".github/workflows/test.yml", deleted: true }]],
    ["modules", [file(".gitmodules", '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c id\n')]],
    ["modules below", [file("deep/.gitmodules")]],
    ["hooks of husky", [file(".husky/pre-commit", "#!/bin/sh\n", "100755")]],
    ["a development container", [file(".devcontainer/devcontainer.json")]],
    ["Codex's configuration", [file(".codex/config.toml")]],
    ["orders to agents", [file("AGENTS.md")]],
    ["npm's configuration", [file(".npmrc", "registry=https://evil.example.org\n")]],
    ["composed and decomposed letters", [file("caf\u00e9"), file("cafe\u0301")]],
    ["letters of two cases", [file("SRC/a.txt")]],
    ["half of a character", [file("bad\ud800")]],
    ["a name longer than any disk's", [file("n".repeat(256))]],
    ["ten thousand files", Array.from({ length: 10_000 }, (_, n) => file(`f${n}`, "x"))],
    ["more bytes than a person reads", [file("big", "x".repeat(11 * 1024 ** 2))]],
    ["a mode that is no file's", [{ path: "a", mode: "120000", content: base64("/etc/passwd") } as unknown as Change]],
    ["a set-user-id bit", [{ path: "a", mode: "104755", content: "" } as unknown as Change]],
    ["a token in a content", [file("a.txt", `the token is ${token()}\n`)]],
    ["a private key", [file("k/id.pem", keys("rsa").privateKey)]],
    ["a short private key", [file("k/id.txt", `a key:\n${keys("ed25519").privateKey}`)]],
    ["a token in a path", [file(`${token()}.txt`, "x\n")]],
    ["a key of this run, as it is", [file("a.txt", own)]],
    ["a key of this run, in base64", [file("a.txt", Buffer.from(own).toString("base64"))]],
    ["a key of this run, in hexadecimal", [file("a.txt", Buffer.from(own).toString("hex"))]],
    ["a key of this run, backwards", [file("a.txt", [...own].reverse().join(""))]],
  ])("%s", async (_, changes) => {
    await publishChange(tree, { changes, own: { key: own } }, ({ failure, branches, everything }) => {
      expect(failure?.code).toBe("invalid-changes");
      expect(branches).toEqual(["main"]);
      expect(everything()).not.toContain("EVIL");
    });
  });
});

describe("what is published is what it is, and nothing more", () => {
  test.each<[string, string, string[]]>([
    [
      "modes are plain",
      "echo '#!/bin/sh' > run; chmod 6777 run; mkfifo pipe 2>/dev/null; rm pipe; chmod 4755 tool",
      ["100755 A run"],
    ],
    [
      "an ignore rule made for it hides nothing that is not ignored",
      "echo 'hidden*' > .gitignore; echo x > hidden.txt; echo y >> src/a.txt",
      ["100644 A .gitignore", "100644 M src/a.txt"],
    ],
    [
      "an index that lies hides nothing",
      "git update-index --assume-unchanged src/a.txt; git update-index --skip-worktree tool; echo b > src/a.txt; echo c > tool",
      ["100644 M src/a.txt", "100755 M tool"],
    ],
    [
      "a commit of its own hides nothing",
      "echo b > src/a.txt; git -c user.name=e -c user.email=e commit -qam x",
      ["100644 M src/a.txt"],
    ],
    [
      "a .git of its own says nothing",
      "rm -rf .git; git init -q; git config core.worktree /; git config core.fsmonitor 'touch /tmp/never'; echo b > src/a.txt",
      ["100644 M src/a.txt"],
    ],
    ["no .git at all", "rm -rf .git; echo b > src/a.txt", ["100644 M src/a.txt"]],
    [
      ".git as a file that leads elsewhere",
      "rm -rf .git; echo 'gitdir: /etc' > .git; echo b > src/a.txt",
      ["100644 M src/a.txt"],
    ],
    [
      "a replaced object changes nothing",
      "git replace $(git rev-parse HEAD:README.md) $(echo evil | git hash-object -w --stdin); echo b > src/a.txt",
      ["100644 M src/a.txt"],
    ],
    [
      "filters of its own configuration change no byte",
      "git config filter.evil.clean 'echo EVIL'; echo '* filter=evil' > .git/info/attributes; echo b > src/a.txt",
      ["100644 M src/a.txt"],
    ],
  ])("%s", async (_, commands, expected) => {
    await publishChange(tree, { commands }, ({ changed, failure }) => {
      expect(failure).toBeUndefined();
      expect(changed).toEqual(expected);
    });
  });

  test("to the byte: no line ends, no encodings, no templates, no LFS", async () => {
    const commands = `printf 'a\\r\\n$Id$ {{workflow.name}} version https://git-lfs' > raw.txt`;
    await publishChange(tree, { commands }, ({ read }) => {
      expect(read("raw.txt")).toBe("a\r\n$Id$ {{workflow.name}} version https://git-lfs");
    });
  });
});
