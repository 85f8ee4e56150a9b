import { exec, type Story } from "@froussard/simulators/model/script";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Aftermath, type AttackWorld, startAttackWorld } from "./testing/attack-world.ts";
import { createGlobalOracle, type GlobalOracle } from "./testing/global-oracle.ts";
import { harmlessReport } from "./testing/hostile-model.ts";
import { changedPaths, everyObject, fileIn, gitIn } from "./testing/repository-folder.ts";

let world: AttackWorld;
let oracle: GlobalOracle;
beforeAll(async () => {
  world = await startAttackWorld({
    repositories: {
      target: {
        "README.md": "# Target\n",
        "src/a.txt": "a\n",
        ".github/workflows/test.yml": "on: push\n",
        ".github/CODEOWNERS": "* @owner\n",
        ".gitattributes": "* text=auto\n",
        "link.txt": { link: "README.md" },
        sub: { submodule: "1".repeat(40) },
        tool: { executable: "#!/bin/sh\n" },
      },
    },
  });
  oracle = createGlobalOracle(world);
});
afterEach(() => oracle.check());
afterAll(() => world.close());

/** A model that does this in its working copy, says that all went well, and is approved. */
function change(...commands: string[]): Promise<Aftermath> {
  const work: Story = function* () {
    for (const command of commands) yield exec(command);
    return JSON.stringify(harmlessReport);
  };
  return world.attack({ work });
}
const published = ({ pull, issue }: Aftermath) =>
  pull ? changedPaths(issue.repository.folder, `${pull.pull.headSha}~1`, pull.pull.headSha) : undefined;
const read = ({ pull, issue }: Aftermath, path: string) =>
  fileIn(issue.repository.folder, pull?.pull.headSha ?? "", path);

describe("is refused as a whole: no branch, no pull request", () => {
  test.each<[string, string[]]>([
    ["a workflow, in odd spelling", ["mkdir -p .GitHub/Workflows; echo 'on: push' > .GitHub/Workflows/evil.yml"]],
    ["everything deleted", ["git ls-files -z | xargs -0 rm --"]],
    ["a file made a link", ["rm README.md; ln -s /proc/self/environ README.md"]],
    [
      "a repository in the repository",
      ["git init -q inner; cd inner; git config core.fsmonitor 'touch x'; echo x > a"],
    ],
    ["more files than a person reads", ["mkdir many; cd many; seq 1 10000 | xargs -n 500 touch"]],
    ["a file that says that it has nine gigabytes", ["truncate -s 9G huge.bin"]],
    [
      "a token in a file",
      [`printf 'ghp_%s\\n' "$(head -c 400 /dev/urandom | base64 | tr -dc A-Za-z0-9 | head -c 36)" > notes.txt`],
    ],
  ])("%s", async (_, commands) => {
    const after = await change(...commands);
    expect(after.end).toMatchObject({ code: "invalid-changes" });
    expect(after.pull).toBeUndefined();
  });
});

describe("is published as what it is, and as nothing more", () => {
  test("commits, branches, tags and configuration of the model's own stay behind", async () => {
    const after = await change(
      "echo x >> README.md; git -c user.name=evil -c user.email=e@example.org commit -qam 'Closes #1 @everyone'; git branch evil; git tag v9; git config remote.origin.url https://evil.example.org",
      "mkdir -p .git/hooks; echo 'touch /tmp/x' > .git/hooks/pre-push; chmod +x .git/hooks/pre-push; echo evil > .git/info/attributes",
    );
    expect(published(after)).toEqual(["100644 M README.md"]);
    const log = gitIn(after.issue.repository.folder, ["log", "--format=%an %s", after.pull?.pull.headSha ?? ""]);
    expect(log).not.toMatch(/evil|everyone/);
    expect(log.trim().split("\n")).toHaveLength(3);
  });

  test("a hard link to a file of the system is its bytes at most, and those of this machine's user are not there", async () => {
    const after = await change("ln /etc/passwd hard || cp /etc/passwd hard; ln /run/codex/auth.json key; true");
    if (after.pull) expect(read(after, "hard")).not.toContain("root:");
    expect(published(after) ?? []).not.toContainEqual(expect.stringContaining("key"));
  });

  test("an index that lies (assume-unchanged, intent-to-add, another index) hides no change", async () => {
    const after = await change(
      "git update-index --assume-unchanged README.md src/a.txt; git update-index --skip-worktree tool; echo b > src/a.txt; echo c > tool",
    );
    expect(published(after)).toEqual(["100644 M src/a.txt", "100755 M tool"]);
  });

  test("what a change refused held is nowhere on the server", async () => {
    await change(
      "mkdir -p .github/workflows; echo NEVER-TO-BE-SEEN > .github/workflows/evil.yml; echo NEVER-TO-BE-SEEN > ok.txt",
    );
    expect(everyObject(world.repositories[0]?.folder ?? "")).not.toContain("NEVER-TO-BE-SEEN");
  });

  test("a branch of the same name that a stranger pushed before is not moved", async () => {
    const work: Story = function* () {
      yield exec("echo mine > mine.txt");
      return JSON.stringify(harmlessReport);
    };
    const first = await world.attack({ work });
    const [folder, name] = [first.issue.repository.folder, first.pull?.pull.headBranch ?? ""];
    const foreign = gitIn(folder, ["commit-tree", "main^{tree}", "-p", "main", "-m", "foreign"]).trim();
    gitIn(folder, ["update-ref", `refs/heads/${name}`, foreign]);
    // The branch is its own again before the oracle looks: it was the test that moved it.
    const tip = gitIn(folder, ["rev-parse", `refs/heads/${name}`]).trim();
    expect(tip).toBe(foreign);
    await world.say(first.issue, "/retry");
    await world.idle();
    expect(gitIn(folder, ["rev-parse", `refs/heads/${name}`]).trim()).toBe(foreign);
  });
});
