import type { ProtectedPaths } from "@froussard/contract";
import { foldPath } from "./check-path.ts";

/**
 * What no change of the agent may touch unless settings say otherwise. One question decides what stands here: does it act on
 * its own, before or without anybody reading it, where the change is only offered? So CI's definitions are here, which run
 * when a branch is pushed, but not what they call; configuration that sends credentials or installs from elsewhere, but no
 * manifest, which ordinary work changes and reviewers read; what runs when a reviewer checks the branch out or opens it; what
 * decides who must review; and what the next agent will be told. See `docs/decisions/0011-changes.md`.
 */
export const defaultProtectedPaths: readonly string[] = [
  ...[".github/workflows/**", ".github/actions/**", "**/action.yml", "**/action.yaml"],
  ...["**/.gitlab-ci.yml", ".circleci/**", ".buildkite/**", ".drone.yml", ".woodpecker/**", ".woodpecker.yml"],
  ...["**/azure-pipelines.yml", ".azure-pipelines/**", "bitbucket-pipelines.yml", ".travis.yml", ".cirrus.yml"],
  ...["**/Jenkinsfile", ".semaphore/**", ".teamcity/**", ".tekton/**", "appveyor.yml", ".appveyor.yml"],

  ...["CODEOWNERS", ".github/CODEOWNERS", "docs/CODEOWNERS", ".github/settings.yml", ".github/secret_scanning.yml"],
  ...[".mergify.yml", ".mergify/**", ".github/mergify.yml", ".github/dependabot.yml", ".github/dependabot.yaml"],
  ...["renovate.json", "renovate.json5", ".renovaterc", ".renovaterc.json", ".renovaterc.json5"],
  ...[".github/renovate.json", ".github/renovate.json5"],

  ...["**/.gitattributes", "**/.gitmodules", "**/.lfsconfig"],
  ...[".husky/**", ".githooks/**", ".lefthook/**", "lefthook.*", ".lefthook.*", "lefthook-local.*"],
  ...[".config/lefthook.*", ".pre-commit-config.yaml", ".pre-commit-config.yml"],

  ...["**/.npmrc", "**/.yarnrc", "**/.yarnrc.yml", "**/.yarn/releases/**", "**/.yarn/plugins/**"],
  ...[
    "**/.pnpmfile.cjs",
    "**/.pnpmfile.mjs",
    "**/bunfig.toml",
    "**/.pypirc",
    "**/pip.conf",
    "**/pip.ini",
    "**/uv.toml",
  ],
  ...[
    "**/.condarc",
    "**/.cargo/config",
    "**/.cargo/config.toml",
    "**/.cargo/credentials",
    "**/.cargo/credentials.toml",
  ],
  ...["**/.mvn/**", "**/gradle/wrapper/**", "**/NuGet.config", "**/.bundle/**", "**/.gemrc"],

  ...[".devcontainer/**", ".devcontainer.json", ".gitpod.yml", "**/.idea/**", "**/*.code-workspace"],
  ...["**/.vscode/tasks.json", "**/.vscode/settings.json"],

  ...["**/AGENTS.md", "**/AGENTS.override.md", "**/.agents/**", "**/.codex/**", "**/CLAUDE.md", "**/CLAUDE.local.md"],
  ...["**/.claude/**", "**/GEMINI.md", "**/.gemini/**", "**/.cursor/**", "**/.cursorrules", "**/.windsurf/**"],
  ...["**/.windsurfrules", "**/.clinerules", "**/.clinerules/**", "**/.roo/**", "**/.kiro/**", "**/.junie/**"],
  ...["**/.continue/**", "**/.opencode/**", "**/opencode.json", "**/.aider.conf.yml", "**/.mcp.json"],
  ...["**/.vscode/mcp.json", ".github/copilot-instructions.md", ".github/instructions/**", ".github/prompts/**"],
  ...[".github/agents/**", ".github/chatmodes/**"],
];

/**
 * A test for protected paths; the folder that a pattern covers is protected itself. A path is protected under every spelling
 * that a file system may take for it, but taken out of protection only under the one that was written down.
 */
export function protectedPathMatcher({ patterns, except }: ProtectedPaths): (path: string) => boolean {
  const expressions = patterns.map((pattern) => expression(loosePath(pattern)));
  const exceptions = except.map(expression);
  return (path) => {
    const loose = loosePath(path);
    return expressions.some((each) => each.test(loose)) && !exceptions.some((each) => each.test(path));
  };
}

/** For people and prompts: the list in one line. */
export function describeProtection({ patterns, except }: ProtectedPaths): string {
  return `${patterns.join(", ")}${except.length > 0 ? ` (but not ${except.join(", ")})` : ""}`;
}

function expression(pattern: string): RegExp {
  const source = pattern
    .split(/(\*\*\/|\/\*\*$|\*)/)
    .map((part) => {
      if (part === "**/") return "(?:.*/)?";
      if (part === "/**") return "(?:/.*)?";
      if (part === "*") return "[^/]*";
      return part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
    })
    .join("");
  return new RegExp(`^${source}$`, "su");
}

/** The form that all spellings share which some file system takes for one: case, composition, streams, ends of names. */
function loosePath(path: string): string {
  return foldPath(path.normalize("NFKC").replace(/\p{Default_Ignorable_Code_Point}/gu, ""))
    .replaceAll("\\", "/")
    .split("/")
    .map((name) => name.replace(/:.*$/su, "").replace(/[. ]+$/, ""))
    .filter((name) => name !== "")
    .join("/");
}
