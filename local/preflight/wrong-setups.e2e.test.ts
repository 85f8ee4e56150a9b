import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { GitHubSimulator } from "@froussard/simulators/github/start";
import { startModel } from "@froussard/simulators/model/start-model";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pipelineEnvironment } from "../demo/command.ts";
import { startPipeline } from "../demo/pipeline-process.ts";
import { automation, maintainer, repository, startWorld, type World } from "../demo/world.ts";
import { claimFolder } from "../run/single-instance.ts";
import { preflightReportSchema } from "./finding.ts";

const main = join(import.meta.dirname, "..", "main.ts");
let folder: string;
let world: World;
let github: GitHubSimulator;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "froussard-preflight-"));
  world = await startWorld({ folder: join(folder, "github") });
  github = world.github;
  for (const login of ["ada", "eve"]) github.addUser({ login });
  github.addUser({ login: "acme", type: "Organization" });
});
afterAll(async () => {
  for (const close of closing) await close();
  await world.close();
  rmSync(folder, { recursive: true });
});

interface Setup {
  /** Added to an environment in which everything is right; an empty one is taken out of it. */
  env?: Record<string, string>;
  repo?: string;
  args?: string[];
  data?: string;
  /** A program and its arguments that the command is run by. */
  by?: readonly string[];
}

/** The command as a person runs it; output, and the first two words of each line that is not fine. */
async function run(setup: Setup, more: readonly string[] = ["--check"]) {
  const { env = {}, repo = repository, args = [], data = join(folder, "data"), by = [] } = setup;
  const command = [...by, process.execPath, main, "run", "--repo", repo, "--data", data, ...more, ...args];
  const given: Record<string, string> = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    LANG: "C.UTF-8",
    ...pipelineEnvironment(world),
    ...env,
  };
  const all = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
  const { code, output } = await new Promise<{ code: number; output: string }>((resolve) => {
    execFile(command[0] ?? "", command.slice(1), { env: all, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? -1) : 0, output: stdout + stderr }),
    );
  });
  for (const secret of [all["GITHUB_TOKEN"], all["OPENAI_API_KEY"], "sk-wro"])
    if (secret) expect(output).not.toContain(secret);
  const found = output
    .split("\n")
    .flatMap((line) => /^(fault|warning) +(\S+?):? /.exec(line)?.slice(1, 3).join(" ") ?? []);
  return { code, output, found };
}

/** A file in a folder of its own. */
function file(name: string, text: string, mode = 0o600): string {
  const path = join(mkdtempSync(join(folder, "file-")), name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

async function listen(): Promise<{ port: number; server: Server }> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

async function appSetup(options: Parameters<GitHubSimulator["install"]>[2], suspended = false): Promise<Setup> {
  const { app, privateKey } = github.addApp(maintainer, { slug: `helper-${github.requests.length}` });
  const installation = github.install(app, maintainer, options);
  if (suspended) installation.suspendedAt = 1;
  return {
    env: {
      GITHUB_TOKEN: "",
      GITHUB_APP_ID: String(app.id),
      GITHUB_APP_INSTALLATION_ID: String(installation.id),
      GITHUB_APP_PRIVATE_KEY_FILE: file("app.pem", privateKey),
    },
  };
}

async function repositoryOf(name: string, more: object = {}) {
  const made = {
    owner: maintainer,
    name,
    collaborators: { [automation]: "write" },
    protectedBranches: ["main"],
  } as const;
  return await github.addRepository({ ...made, ...more });
}

/** What stands in the way, each with what a person reads. Nothing else is found to be wrong. */
const faults: [name: string, setup: () => Promise<Setup> | Setup, found: string[], ...words: (string | RegExp)[]][] = [
  [
    "a token that was revoked",
    () => {
      const token = github.token(automation);
      github.revokeToken(token);
      return { env: { GITHUB_TOKEN: token } };
    },
    ["fault sign-in"],
    "GITHUB_TOKEN is refused by GitHub (401): it is wrong, expired or revoked",
    "to do: create a token at https://github.com/settings/personal-access-tokens/new",
  ],
  [
    "an account that may only read",
    () => ({ env: { GITHUB_TOKEN: github.token("eve") } }),
    ["fault repository-access"],
    "repository-access gregkonush/lab: eve may only read it, and has to push branches | to do: give eve the role Write",
  ],
  [
    "a fine-grained token that may not write contents",
    () => ({ env: { GITHUB_TOKEN: github.token(automation, { permissions: { metadata: "read", issues: "write" } }) } }),
    ["fault repository-access"],
    "the token lacks Contents: read and write (GitHub to git: Write access to repository not granted.)",
    "skipped token-scopes: GitHub does not tell what a fine-grained token may write",
  ],
  [
    "a classic token without a scope",
    () => ({ env: { GITHUB_TOKEN: github.token(automation, { scopes: ["read:user"] }) } }),
    ["fault token-scopes", "fault repository-access"],
    "the token has the scopes read:user, and may write to no repository",
  ],
  [
    "a repository misspelt",
    () => ({ repo: "gregkonush/lap" }),
    ["fault repository"],
    "repository gregkonush/lap: it does not exist, or codex-automation may not see it | to do: correct --repo",
    "skipped base-branch gregkonush/lap: the repository has to be put right first",
  ],
  [
    "a repository that is archived",
    async () => {
      github.archive(await repositoryOf("old"));
      return { repo: "gregkonush/old" };
    },
    ["fault repository"],
    "it is archived, so nothing can be written | to do: unarchive it",
  ],
  [
    "a repository whose issues are off",
    async () => {
      (await repositoryOf("quiet")).hasIssues = false;
      return { repo: "gregkonush/quiet" };
    },
    ["fault repository"],
    "its issues are turned off, so there is nothing to work on | to do: turn them on: Settings",
  ],
  [
    "a repository without a commit",
    async () => {
      await repositoryOf("empty", { empty: true });
      return { repo: "gregkonush/empty" };
    },
    ["fault base-branch"],
    "it has no commit yet | to do: push a first one",
  ],
  [
    "a base branch that is not there",
    () => ({ env: { CODEX_BASE_BRANCH: "develop" } }),
    ["fault base-branch"],
    "there is no branch develop | to do: correct CODEX_BASE_BRANCH, or leave it out: then it is main",
  ],
  [
    "rules that forbid the agent's branches",
    async () => {
      const strict = await repositoryOf("strict");
      github.addRuleset(strict, { name: "People only", include: ["~ALL"], rules: [{ type: "creation" }] });
      return { repo: "gregkonush/strict" };
    },
    ["fault branch-rules"],
    "codex/issue-*: nobody may make such branches (ruleset People only) | to do: exclude refs/heads/codex/issue-*",
  ],
  [
    "an approver that does not exist",
    () => ({ env: { CODEX_TRIGGER_LOGINS: "gregkonush,gregkonnush" } }),
    ["fault approver"],
    "approver gregkonnush: there is no such account | to do: correct CODEX_TRIGGER_LOGINS",
  ],
  [
    "an approver that is no person, and one who is another by now",
    () => ({ env: { CODEX_TRIGGER_LOGINS: "acme,gregkonush:7" } }),
    ["fault approver", "fault approver"],
    "approver acme: is of the kind Organization, and not a person's account",
    /approver gregkonush: has the id \d+, and not 7: the login may belong to somebody else now/,
  ],
  [
    "a Codex that is not there",
    () => ({ env: { CODEX_BIN: "/opt/none/codex" } }),
    ["fault codex"],
    "codex program /opt/none/codex cannot be executed (CODEX_BIN names it); reinstall it or set CODEX_BIN",
    "skipped sandbox: there is no Codex program",
  ],
  [
    "a Codex that may not be executed",
    () => ({ env: { CODEX_BIN: file("codex", "#!/bin/sh\necho codex-cli 0.1.0\n", 0o644) } }),
    ["fault codex"],
    /codex program .*\/codex cannot be executed/,
  ],
  [
    "a key that the provider refuses",
    () => ({ env: { OPENAI_API_KEY: "sk-wrong-key-1234567890" } }),
    ["fault model"],
    /OPENAI_API_KEY is refused by http:\/\/127\.0\.0\.1:\d+\/v1 \(401\) \| to do: create a key/,
  ],
  [
    "a provider that is not there",
    async () => {
      const { port, server } = await listen();
      await new Promise((resolve) => server.close(resolve));
      return { env: { OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1` } };
    },
    ["fault model"],
    /http:\/\/127\.0\.0\.1:\d+\/v1 cannot be reached \(connect ECONNREFUSED .*\) \| to do: check the network/,
  ],
  [
    "a model that is not there",
    async () => {
      const model = await startModel({ models: ["gpt-6.1-sol", "gpt-6.1-mini", "other"] });
      closing.push(() => model.close());
      return { env: { OPENAI_BASE_URL: `${model.url}/v1`, CODEX_MODEL: "gpt-6.1-soll" } };
    },
    ["fault model"],
    /there is no model gpt-6\.1-soll for this key at http:\S+ \| to do: set CODEX_MODEL to one that there is/,
  ],
  [
    "a base URL of the model that is a web page",
    () => ({ env: { OPENAI_BASE_URL: github.url } }),
    ["fault model"],
    /answers with a web page or nothing \(404\)/,
    "to do: correct OPENAI_BASE_URL",
  ],
  [
    "a base URL of the model without /v1",
    () => ({ env: { OPENAI_BASE_URL: world.model.url } }),
    ["fault model"],
    /has no Responses API \(404\) \| to do: correct OPENAI_BASE_URL: the address that \/responses stands below/,
  ],
  [
    "an address of GitHub that is a web page",
    () => ({ env: { GITHUB_API_BASE_URL: github.url } }),
    ["fault github"],
    /answers, but not as GitHub's API does \| to do: correct the address: GITHUB_API_BASE_URL is https:/,
    "skipped sign-in: GitHub does not answer",
  ],
  [
    "a data folder that cannot be made",
    () => ({ data: join(file("taken", ""), "data") }),
    ["fault data-folder"],
    /taken\/data cannot be written \(ENOTDIR: not a directory\) \| to do: choose another with --data <folder>/,
  ],
  [
    "a data folder that another process works in",
    () => {
      const data = join(folder, "busy");
      const claim = claimFolder(data);
      closing.push(() => claim.release());
      return { data };
    },
    ["fault data-folder"],
    /another process works in .*busy \| to do: stop it first/,
  ],
  [
    "a port that is taken",
    async () => {
      const { port, server } = await listen();
      closing.push(() => server.close());
      return {
        args: ["--webhook", "--port", String(port)],
        env: { GITHUB_WEBHOOK_SECRET: "0123456789abcdef0123456789abcdef" },
      };
    },
    ["fault webhook-port"],
    /port \d+ is taken by another process \| to do: choose another with --port <port>/,
  ],
  [
    "an App that is not on the repository",
    () => appSetup({ repositories: [] }),
    ["fault repository"],
    "it does not exist, or the App is not installed on it | to do: correct --repo, or add the repository",
  ],
  [
    "an App that lacks a permission",
    () => appSetup({ permissions: { metadata: "read", contents: "write", issues: "read", pull_requests: "write" } }),
    ["fault repository-access"],
    "the App's installation lacks issues: write | to do: add it in the App's settings",
  ],
  [
    "an App that is suspended",
    () => appSetup({}, true),
    ["fault sign-in"],
    /the App's installation \d+ is suspended: unsuspend it/,
  ],
  [
    "an address with a password in it",
    () => ({ env: { OPENAI_BASE_URL: "https://somebody:hunter2@example.org/v1" } }),
    ["fault settings"],
    "OPENAI_BASE_URL holds a user, a password or a query besides the address",
  ],
];

test.each(faults)("--check tells of %s", async (_, setup, expected, ...words) => {
  const { code, output, found } = await run(await setup());
  expect(found).toEqual(expected);
  for (const each of words) expect(output).toMatch(typeof each === "string" ? literally(each) : each);
  expect(output).toMatch(/^not ready: \d faults?; what each means: docs\/preflight\.md$/m);
  expect(output).not.toContain("hunter2");
  expect(code).toBe(1);
});

/** What to think about, and what does not stand in the way. */
const warnings: [name: string, setup: () => Promise<Setup> | Setup, found: string[], ...words: (string | RegExp)[]][] =
  [
    [
      "one token for program and person, with more rights than needed, that ends soon",
      () => {
        const options = { scopes: ["repo", "admin:org"], expiresAt: Date.now() + 30 * 3_600_000 };
        return { env: { GITHUB_TOKEN: github.token(maintainer, options), CODEX_TRIGGER_LOGINS: "" } };
      },
      ["warning token-expiry", "warning token-scopes", "warning one-account"],
      /the token ends on [-\d]+ [:\d]+ UTC, in \d+ hours/,
      "the token may do more than is needed: admin:org",
      "GitHub sends no notification of them to it, and nobody can approve an own pull request in a review",
      "a GitHub App (docs/github-app.md), or a second account",
    ],
    [
      "an approver who may not write",
      () => ({ env: { CODEX_TRIGGER_LOGINS: "gregkonush,eve" } }),
      ["warning approver-access"],
      "approver-access eve on gregkonush/lab: may only read there, and yet decides here what is pushed to a branch",
    ],
    [
      "a default branch that is not protected",
      async () => {
        await repositoryOf("open", { protectedBranches: [] });
        return { repo: "gregkonush/open" };
      },
      ["warning branch-protection"],
      "main is not protected: the program never pushes to it, but whoever gets hold of the token could",
    ],
    [
      "a repository that was renamed",
      async () => {
        github.as(maintainer).renameRepository(await repositoryOf("before"), "after");
        return { repo: "gregkonush/before" };
      },
      ["warning repository"],
      "it is called gregkonush/after now | to do: use --repo gregkonush/after",
    ],
    [
      "a provider that does not tell its models",
      async () => {
        const model = await startModel({ listsModels: false });
        closing.push(() => model.close());
        return { env: { OPENAI_BASE_URL: `${model.url}/v1` } };
      },
      ["warning model"],
      /answers, but does not tell its models: whether there is gpt-\S+ shows with the first run/,
    ],
  ];

test.each(warnings)("--check warns of %s, and ends with 0", async (_, setup, expected, ...words) => {
  const { code, output, found } = await run(await setup());
  expect(found).toEqual(expected);
  for (const each of words) expect(output).toMatch(typeof each === "string" ? literally(each) : each);
  expect(output).toMatch(/^ready: \d+ checks passed, \d warnings?;/m);
  expect(code).toBe(0);
});

test("a Codex of another version is a warning, one that is something else a fault", async () => {
  const codex = (name: string) => ({ env: { CODEX_BIN: file("codex", `#!/bin/sh\necho ${name}\n`, 0o755) } });
  // Whether a sandbox can be made with it depends on this machine's bubblewrap.
  expect((await run(codex("codex-cli 0.1.0"))).output).toMatch(
    /^warning codex: 0\.1\.0 is not the version that this program is made and tested for \([\d.]+\): .*unset CODEX_BIN/m,
  );
  expect((await run(codex("somethingelse 5.0"))).output).toMatch(
    /^fault {3}codex: .* is not Codex: it calls itself something/m,
  );
});

describe.skipIf(process.platform !== "linux")("a machine", () => {
  test("without user namespaces is told how to switch them on", async () => {
    // The limit of a user namespace of its own, in which the command runs as on a machine where that is the limit.
    const by = ["unshare", "-Ur", "sh", "-c", 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"', "sh"];
    const { code, output, found } = await run({ by });
    expect(found).toEqual(["fault sandbox"]);
    expect(output).toMatch(
      /^fault {3}sandbox: user namespaces are switched off \(.+\) \| to do: run: sudo sysctl -w user\.max_user_namespaces=\d+$/m,
    );
    expect(output).toContain("skipped codex-sandbox: the agent's sandbox cannot be made");
    expect(code).toBe(1);
  });

  test("without git", async () => {
    const { output, found } = await run({ env: { PATH: "/nonexistent" } });
    expect(found).toEqual(["fault git"]);
    expect(output).toMatch(/^fault {3}git: git does not run \(.*ENOENT.*\) \| to do: install git/m);
  });
});

test("--check with everything right says so in a few lines, and leaves nothing behind", async () => {
  const data = join(folder, "untouched", "data");
  const { code, output, found } = await run({ data });
  expect(found).toEqual([]);
  expect(output).toMatch(/^ready: \d+ checks passed$/m);
  expect(code).toBe(0);
  expect(existsSync(join(folder, "untouched"))).toBe(false);
});

test("--check without anything set teaches all of it at once", async () => {
  const nothing = { env: { GITHUB_TOKEN: "", OPENAI_API_KEY: "", CODEX_TRIGGER_LOGINS: "" } };
  const { code, output } = await run({ ...nothing, repo: "hello" });
  expect(output).toContain("settings: --repo hello is not owner/name | to do: give it as --repo owner/name");
  expect(output).toContain("settings: GITHUB_TOKEN is not set | to do: create one at https://github.com/settings/");
  expect(output).toContain("settings: OPENAI_API_KEY is not set | to do: create a key at https://platform.openai.com/");
  expect(output).toMatch(/^ok {6}sandbox: /m);
  expect(code).toBe(1);
});

test("--check --json is one document of the described form", async () => {
  const { code, output } = await run({ repo: "gregkonush/none" }, ["--check", "--json"]);
  const report = preflightReportSchema.parse(JSON.parse(output));
  expect(report.ready).toBe(false);
  expect(report.findings.filter(({ status }) => status === "fault")).toEqual([
    expect.objectContaining({ id: "repository", about: "gregkonush/none" }),
  ]);
  expect(code).toBe(1);
});

test("a start refuses with all faults, before anything is made", async () => {
  const data = join(folder, "refused");
  const wrong = { data, repo: "gregkonush/none", env: { OPENAI_API_KEY: "sk-wrong-key-1234567890" } };
  const { code, output, found } = await run(wrong, []);
  expect(output).toContain("froussard: nothing was started:");
  expect(found).toEqual(["fault model", "fault repository"]);
  expect(code).toBe(1);
  expect(existsSync(data)).toBe(false);
});

test("a start with wrong settings alone ends with 2, as ever", async () => {
  const { code, output } = await run({ env: { OPENAI_API_KEY: "", CODEX_REASONING_EFFORT: "huge" } }, []);
  expect(output).toMatch(/OPENAI_API_KEY is not set[\s\S]*CODEX_REASONING_EFFORT is not one of/);
  expect(code).toBe(2);
});

test("a start goes on over warnings, and shows them", async () => {
  const pipeline = startPipeline({
    repository,
    data: join(folder, "warned"),
    inherited: process.env,
    env: { ...pipelineEnvironment(world), CODEX_TRIGGER_LOGINS: "gregkonush,eve" },
  });
  try {
    await pipeline.ready;
    expect(pipeline.output().split("\n")[0]).toMatch(
      /"level":"warn".*"id":"approver-access","about":"eve on gregkonush\/lab"/,
    );
  } finally {
    await pipeline.stop();
  }
});

function literally(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}
