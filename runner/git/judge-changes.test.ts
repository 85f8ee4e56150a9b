import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Change } from "../protocol.ts";
import { defaultChangeRules } from "./change-rules.ts";
import { judgeChanges } from "./judge-changes.ts";
import { protectedPathMatcher } from "./protected-paths.ts";
import type { TreeEntry } from "./tree.ts";

const entry = (path: string, mode = "100644"): TreeEntry => ({ path, mode, object: "0".repeat(40), size: 1 });
const tree = [
  entry("README.md"),
  entry("src/a.ts"),
  entry("src/lib/b.ts"),
  entry("Docs/guide.md"),
  entry("café/menu.txt"),
  entry("link", "120000"),
  entry("vendor/module", "160000"),
  entry(".github/workflows/ci.yml"),
  entry(".gitattributes"),
  entry("docs2/CODEOWNERS"),
];
const isProtected = protectedPathMatcher(defaultChangeRules.protectedPaths);
const limits = { maxFiles: 5, maxBytes: 100 };
const judge = (...changes: Change[]) => judgeChanges({ changes, tree, isProtected, limits });
const put = (path: string, content = "x"): Change => ({
  path,
  mode: "100644",
  content: Buffer.from(content).toString("base64"),
});
const remove = (path: string): Change => ({ path, deleted: true });

describe("refused paths", () => {
  test.each([
    ["/etc/passwd", "absolute path"],
    ["C:/windows/x", "absolute path"],
    ["c:x", "absolute path"],
    ["../x", "relative path segment"],
    ["src/../../x", "relative path segment"],
    ["src/..", "relative path segment"],
    ["./x", "relative path segment"],
    ["src//x", "empty path segment"],
    ["src/", "empty path segment"],
    ["src\\x", "backslash"],
    ["..\\x", "backslash"],
    ["a\0b", "control character"],
    ["a\nb", "control character"],
    ["a\rb", "control character"],
    ["a\tb", "control character"],
    ["a\x1b[31mb", "control character"],
    ["a\x7fb", "control character"],
    ["a\u0085b", "control character"],
    ["a\u2028b", "control character"],
    ["a\uFFFDb", "control character"],
    ["a\u200bb", "invisible character"],
    ["a\u202eb", "invisible character"],
    ["a\u{e0041}b", "invisible character"],
    ["a\ufe0fb", "invisible character"],
    ["a\u3164b", "invisible character"],
    ["soft\u00adhyphen", "invisible character"],
    ["a\ud800b", "not valid Unicode"],
    [".git/config", "path into .git"],
    [".GIT/config", "path into .git"],
    ["src/.Git/hooks/pre-commit", "path into .git"],
    [".git", "path into .git"],
    [".git./config", "path into .git"],
    [".git /config", "path into .git"],
    [".git. . /config", "path into .git"],
    [".git:stream/x", "path into .git"],
    [".git::$INDEX_ALLOCATION/config", "path into .git"],
    ["git~1/config", "path into .git"],
    ["GIT~2/config", "path into .git"],
    [".g\u200cit/config", "invisible character"],
    ["．git/config", "path into .git"],
    [".ｇｉｔ/config", "path into .git"],
    ["name.", "ends in a dot"],
    ["name ", "ends in a dot"],
    [" name", "begins with a space"],
    ["folder./x", "ends in a dot"],
    ["GITMOD~1", "short name"],
    ["gitatt~1", "short name"],
    ["CODEOW~1", "short name"],
    ["ACTION~1.YML", "short name"],
    ["x/".repeat(2049), "longer than 4096"],
    ["n".repeat(256), "longer than 255"],
    ["ü".repeat(128), "longer than 255"],
    [".github/workflows/new.yml", "protected"],
    [".github/Workflows/new.yml", "protected"],
    [".GITHUB/WORKFLOWS/deep/er.yml", "protected"],
    [".github/workflows", "protected"],
    [".github/actions/x/index.js", "protected"],
    ["action.yml", "protected"],
    ["tools/ACTION.yaml", "protected"],
    ["CODEOWNERS", "protected"],
    [".github/codeowners", "protected"],
    ["docs/CODEOWNERS", "protected"],
    [".gitattributes", "protected"],
    ["src/.GitAttributes", "protected"],
    [".gitmodules", "protected"],
    [".husky/pre-commit", "protected"],
    [".devcontainer/devcontainer.json", "protected"],
    [".devcontainer.json", "protected"],
    ...[
      ...[".npmrc", "packages/a/.npmrc", ".yarnrc.yml", ".yarn/releases/yarn-4.cjs", ".pnpmfile.cjs", "pip.conf"],
      ...[".cargo/config.toml", "crates/x/.cargo/config", ".mvn/extensions.xml", "gradle/wrapper/gradle-wrapper.jar"],
      ...["nuget.config", "src/NuGet.Config", ".bundle/config", ".lfsconfig", ".pypirc", "uv.toml", "bunfig.toml"],
      ...["AGENTS.md", "src/agents.MD", "AGENTS.override.md", ".codex/config.toml", ".agents/skills/x/SKILL.md"],
      ...["CLAUDE.md", ".claude/settings.json", "GEMINI.md", ".cursor/rules/x.mdc", ".github/copilot-instructions.md"],
      ...[
        ".mcp.json",
        ".vscode/tasks.json",
        ".vscode/settings.json",
        "x.code-workspace",
        ".idea/runConfigurations/x.xml",
      ],
      ...[
        "lefthook.yml",
        ".pre-commit-config.yaml",
        ".githooks/post-checkout",
        ".gitlab-ci.yml",
        ".circleci/config.yml",
      ],
      ...["Jenkinsfile", "ci/Jenkinsfile", ".github/dependabot.yml", "renovate.json", ".github/settings.yml"],
      // Spellings that some file system takes for one of them.
      ...[
        ".GitHub/WORKFLOWS/x.yml",
        "\uff0egithub/workflows/x.yml",
        ".github/work\ufb02ows/x.yml",
        ".g\u0131thub/workflows/x",
      ],
      ...["CODEOWNER\u017f", ".npmrc:stream", ".npmrc::$DATA", ".github/workflows:$I30:$INDEX_ALLOCATION/x.yml"],
      ...["AGENTS.md:x", "\uff21GENTS.md", "a/.\u212airo/x"],
    ].map((path): [string, string] => [path, "protected"]),
    ...[".npmrc.", ".npmrc ", ".github./workflows/x.yml", ".github /workflows/x.yml", "AGENTS.md. ."].map(
      (path): [string, string] => [path, "ends in a dot"],
    ),
    ...[".np\u200cmrc", ".github/work\u00adflows/x.yml", "AGENTS\u2060.md", "\ufeff.npmrc", "\u202e.npmrc"].map(
      (path): [string, string] => [path, "invisible character"],
    ),
    ...["NPMRC~1", "AGENTS~1.MD", "GITHUB~1/WORKFL~1/x.yml", "LEFTHO~1.YML"].map((path): [string, string] => [
      path,
      "short name",
    ]),
    [".github\\workflows\\x.yml", "backslash"],
    ["link", "symbolic link"],
    ["vendor/module", "submodule"],
    ["link/x", "both a file and a folder"],
    ["vendor/module/x", "both a file and a folder"],
    ["README.md/x", "both a file and a folder"],
    ["src", "both a file and a folder"],
    ["readme.md", "only in case or form"],
    ["SRC/new.ts", "only in case or form"],
    ["src/LIB/new.ts", "only in case or form"],
    ["cafe\u0301/new.txt", "only in case or form"],
    ["ﬁle", undefined],
  ])("%j: %s", (path, reason) => {
    const { problems, accepted } = judge(put(path));
    if (reason === undefined) expect(problems).toEqual([]);
    else {
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(reason);
      // The words go into a comment: whatever the path, they are one short line of visible characters.
      expect(problems[0]).not.toMatch(/[\p{C}`<>]/u);
      expect(problems[0]?.length).toBeLessThan(300);
    }
    expect(accepted.length).toBeLessThanOrEqual(1);
  });

  test.each([
    ["deleting what is not there", [remove("nothing")], "not in the base commit"],
    ["deleting a link", [remove("link")], "symbolic link"],
    ["deleting a protected file", [remove(".github/workflows/ci.yml")], "a protected path (CODEX_PROTECTED_PATHS)"],
    ["a path twice", [put("n"), put("n", "y")], "named twice"],
    ["a path added and deleted", [put("README.md"), remove("README.md")], "named twice"],
    ["two new files, one on a case-folding disk", [put("New"), put("new")], "only in case"],
    ["a new file and a new folder of one name", [put("n"), put("n/x")], "both a file and a folder"],
    ["the same with the folder first", [put("n/x"), put("n")], "both a file and a folder"],
    ["ß and SS", [put("straße"), put("STRASSE")], "only in case"],
    [
      "too many files",
      ["1", "2", "3", "4", "5", "6"].map((name) => put(name)),
      "6 files changed, more than 5 (CODEX_MAX_FILES)",
    ],
    [
      "too many bytes",
      [put("a", "x".repeat(60)), put("b", "x".repeat(60))],
      "120 bytes of changed files, more than 100 (CODEX_MAX_BYTES)",
    ],
  ])("%s", (_, changes, reason) => {
    expect(judge(...changes).problems.join("\n")).toContain(reason);
  });

  test("one bad path refuses the set and every bad path is named", () => {
    expect(judge(put("fine"), put("../a"), put("../b")).problems).toHaveLength(2);
  });
});

describe("accepted", () => {
  test.each([
    ["a change", [put("README.md")], ["modified"]],
    ["a new file in a new folder", [put("a/b/c d (1).txt")], ["added"]],
    [
      "hidden files that are not git's",
      [put(".gitignore"), put(".gitkeep"), put(".github/ISSUE_TEMPLATE.md")],
      ["added", "added", "added"],
    ],
    ["names in other scripts", [put("文档/说明.md"), put("café/neu.txt")], ["added", "added"]],
    ["a rename that only changes case", [remove("README.md"), put("Readme.md")], ["deleted", "added"]],
    ["a folder's rename that only changes case", [remove("Docs/guide.md"), put("docs/guide.md")], ["deleted", "added"]],
    ["a file that becomes a folder", [put("README.md/x"), remove("README.md")], ["added", "deleted"]],
    ["a folder that becomes a file", [remove("src/lib/b.ts"), put("src/lib")], ["deleted", "added"]],
    ["CODEOWNERS where GitHub does not read it", [put("docs2/CODEOWNERS")], ["modified"]],
  ])("%s", (_, changes, statuses) => {
    const { accepted, problems } = judge(...changes);
    expect(problems).toEqual([]);
    expect(accepted.map(({ status }) => status)).toEqual(statuses);
  });

  test.each([
    ...["package.json", "pnpm-workspace.yaml", "pyproject.toml", "Cargo.toml", "pom.xml", "build.gradle", "Gemfile"],
    ...["gradlew", "Docs/AGENTS-and-people.md", "src/npmrc.ts", "src/lefthook.ts", ".vscode/extensions.json", ".envrc"],
    ...["not.github/workflows/x.yml", "src/github/workflows/x.yml", "renovate/renovate.json5x", "transaction.yml"],
  ])("%s is ordinary work", (path) => {
    expect(judge(put(path)).problems).toEqual([]);
  });

  test("what settings take out is spelled exactly so", () => {
    const protectedPaths = { patterns: ["**/AGENTS.md", "deploy/**"], except: ["docs/AGENTS.md", "deploy/*.md"] };
    const matches = protectedPathMatcher(protectedPaths);
    const paths = [
      "AGENTS.md",
      "docs/AGENTS.md",
      "docs/agents.md",
      "deploy",
      "deploy/a.tf",
      "deploy/x.md",
      "deploy/a/x.md",
    ];
    expect(paths.filter(matches)).toEqual(["AGENTS.md", "docs/agents.md", "deploy", "deploy/a.tf", "deploy/a/x.md"]);
  });

  test("whatever is accepted is relative, visible, outside .git and unprotected", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "..",
        ".",
        ".git",
        "git~1",
        "a",
        "src",
        ".github",
        "workflows",
        "\u200b",
        "\0",
        "\\",
        " ",
        "",
        "ci.yml",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
    );
    const path = fc.array(
      fc.array(piece, { maxLength: 3 }).map((parts) => parts.join("")),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(path, (names) => {
        const name = names.join("/");
        if (judge(put(name)).problems.length > 0) return;
        expect(name).not.toMatch(/^\/|\\|\p{C}|(^|\/)(\.{0,2})(\/|$)/u);
        expect(`/${name}/`.toLowerCase()).not.toMatch(/\/\.git[. :]*\/|\/\.github\/workflows\//);
      }),
    );
  });
});
