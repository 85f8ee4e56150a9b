import { repositoryFilter, repositoryPattern } from "@froussard/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigError, readServeConfig, readWatchConfig } from "./config.ts";

const minimal = {
  GITHUB_TOKEN: "ghp_0123456789",
  CODEX_TRIGGER_LOGINS: "octocat",
  CODEX_REPOSITORIES: "octocat/hello",
  FROUSSARD_QUEUE: "queue.db",
};
const serve = { ...minimal, GITHUB_WEBHOOK_SECRET: "It's a Secret to Everybody" };

function faults(
  environment: Record<string, string>,
  read: (environment: Record<string, string>) => unknown = readServeConfig,
) {
  try {
    read(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("settings", () => {
  test("have defaults for what need not be said", () => {
    expect(readServeConfig(serve)).toMatchObject({
      PORT: 8080,
      CODEX_BRANCH_PREFIX: "codex/issue-",
      CODEX_PLAN_TRIGGER: { kind: "author" },
      CODEX_TRIGGER_LOGINS: ["octocat"],
      CODEX_REPOSITORIES: ["octocat/hello"],
    });
    expect(readWatchConfig(minimal)).toMatchObject({ WATCH_FRESH_PLAN_SECONDS: 4, WATCH_POINTS_PER_HOUR: 1500 });
  });

  test("are reported all together when they are missing", () => {
    expect(faults({}).map((fault) => fault.split(":")[0])).toEqual([
      "GITHUB_TOKEN",
      "CODEX_TRIGGER_LOGINS",
      "CODEX_REPOSITORIES",
      "GITHUB_WEBHOOK_SECRET",
      "KAFKA_BROKERS",
    ]);
  });

  test("that are empty count as missing", () => {
    expect(faults({ ...serve, GITHUB_TOKEN: "" })).toEqual([
      "GITHUB_TOKEN: set it to a token of the automation account",
    ]);
    expect(faults({ ...serve, PORT: "" })).toEqual([]);
  });

  test("of the dead letters' port are given or left out; a secret with a line break at its end is told", () => {
    expect(readServeConfig(serve).DEAD_LETTER_PORT).toBeUndefined();
    const given = { ...serve, DEAD_LETTER_PORT: "8081", DEAD_LETTER_TOKEN: "0123456789abcdef" };
    expect(readServeConfig(given)).toMatchObject({ DEAD_LETTER_PORT: 8081, DEAD_LETTER_TOKEN: "0123456789abcdef" });
    expect(faults({ ...serve, GITHUB_WEBHOOK_SECRET: "0123456789abcdef\n" })).toEqual([
      "GITHUB_WEBHOOK_SECRET: must not begin or end with white space: take the secret alone",
    ]);
    expect(faults({ ...given, DEAD_LETTER_TOKEN: "0123456789 abcdef" })).toEqual([
      "DEAD_LETTER_TOKEN: must be one line of printable characters, for it is sent as a header",
    ]);
  });

  test("give the time to finish in hand, 20 s when not said", () => {
    expect(readServeConfig(serve).SHUTDOWN_GRACE_SECONDS).toBe(20);
    expect(readWatchConfig({ ...minimal, SHUTDOWN_GRACE_SECONDS: "5" }).SHUTDOWN_GRACE_SECONDS).toBe(5);
    expect(faults({ ...serve, SHUTDOWN_GRACE_SECONDS: "0" })).toEqual([
      "SHUTDOWN_GRACE_SECONDS: must be from 1 to 600",
    ]);
  });

  test("read several logins, with ids, and the older name of the setting", () => {
    expect(readServeConfig({ ...serve, CODEX_TRIGGER_LOGINS: " octocat:583231, hubot " }).CODEX_TRIGGER_LOGINS).toEqual(
      ["octocat:583231", "hubot"],
    );
    const { CODEX_TRIGGER_LOGINS: _, ...others } = serve;
    expect(readServeConfig({ ...others, CODEX_TRIGGER_LOGIN: "hubot" }).CODEX_TRIGGER_LOGINS).toEqual(["hubot"]);
  });

  const ownerCharacters = [..."abcXYZ019_-"];
  const repository = fc
    .tuple(
      fc.string({ unit: fc.constantFrom(...ownerCharacters), minLength: 1, maxLength: 39 }),
      fc.string({ unit: fc.constantFrom(...ownerCharacters, "."), minLength: 1, maxLength: 100 }),
    )
    .map((parts) => parts.join("/"))
    .filter((name) => repositoryPattern.test(name));
  const accepted = (text: string) => readServeConfig({ ...serve, CODEX_REPOSITORIES: text }).CODEX_REPOSITORIES;

  test("take every repository that a task can name, and every glob made of one", () => {
    fc.assert(
      fc.property(repository, fc.nat(), fc.nat(), fc.constantFrom("*", "?"), (name, at, length, glob) => {
        expect(accepted(name)).toEqual([name]);
        const letters = [...name];
        const from = at % letters.length;
        const slash = letters.indexOf("/");
        const end = from < slash ? slash : letters.length;
        const cut = from === slash ? 0 : 1 + (glob === "*" ? length % (end - from) : 0);
        if (cut > 0) letters.splice(from, cut, glob);
        const pattern = letters.join("");
        expect(accepted(pattern)).toEqual([pattern]);
        expect(repositoryFilter([pattern])(name)).toBe(true);
      }),
    );
  });

  test.each(["mona_corp/lab", "mona_corp/*", "*_corp/lab", "*/*", "?/a", `${"a".repeat(39)}*/b`, "octocat/.github"])(
    "take CODEX_REPOSITORIES=%s",
    (text) => {
      expect(accepted(text)).toEqual([text]);
    },
  );

  test.each([
    ["CODEX_TRIGGER_LOGINS", "octo cat"],
    ["CODEX_TRIGGER_LOGINS", "octocat:0"],
    ["CODEX_TRIGGER_LOGINS", ","],
    ["CODEX_REPOSITORIES", "hello"],
    ["CODEX_REPOSITORIES", "a/b/c"],
    ["CODEX_REPOSITORIES", "*"],
    ["CODEX_REPOSITORIES", "_corp/*"],
    ["CODEX_REPOSITORIES", "octocat/.."],
    ["CODEX_REPOSITORIES", `${"a".repeat(40)}/*`],
    ["CODEX_REPOSITORIES", "octocat/[ab]"],
    ["CODEX_REPOSITORIES", "octocat/hello, https://github.com/a/b"],
    ["CODEX_PLAN_TRIGGER", "sometimes"],
    ["CODEX_PLAN_TRIGGER", "label:"],
    ["CODEX_SINCE", "yesterday"],
    ["CODEX_BRANCH_PREFIX", "-x"],
    ["CODEX_BRANCH_PREFIX", "a..b"],
    ["CODEX_BRANCH_PREFIX", "a//b"],
    ["CODEX_BASE_BRANCH", "main\n"],
    ["CODEX_BASE_BRANCH", "my branch"],
    ["GITHUB_API_BASE_URL", "https://user:hunter2@github.example.com"],
    ["GITHUB_API_BASE_URL", "https://github.example.com/api/v3?token=hunter2"],
    ["CODEX_DEADLINE_MINUTES", "0"],
    ["GITHUB_API_BASE_URL", "github.example.com"],
    ["GITHUB_API_BASE_URL", "ftp://github.example.com"],
    ["GITHUB_TOKEN", "two\nlines"],
    ["GITHUB_WEBHOOK_SECRET", "short"],
    ["PORT", "http"],
    ["PORT", "70000"],
    ["LOG_LEVEL", "loud"],
  ])("refuse %s=%j", (name, value) => {
    const found = faults({ ...serve, [name]: value });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(new RegExp(`^${name}: (must|set)`));
  });

  test.each([
    ["12", [{ id: 12 }]],
    [
      "octocat/hello=12, github=34",
      [
        { id: 12, repository: "octocat/hello" },
        { id: 34, organization: "github" },
      ],
    ],
  ])("of webhooks to ask again: GITHUB_HOOK_ID=%j", (text, hooks) => {
    expect(readWatchConfig({ ...minimal, GITHUB_HOOK_ID: text })).toMatchObject({
      GITHUB_HOOK_ID: hooks,
    });
  });

  test.each([
    [{ GITHUB_HOOK_ID: "octocat/hello" }, /^GITHUB_HOOK_ID: must be a comma list/],
    [{ GITHUB_HOOK_ID: "12,x=" }, /^GITHUB_HOOK_ID: must be a comma list/],
    [{ GITHUB_HOOK_ID: "../x=12" }, /^GITHUB_HOOK_ID: must be a comma list/],
    [{ GITHUB_HOOK_ID: "12", CODEX_REPOSITORIES: "octocat/*" }, /^GITHUB_HOOK_ID: an id alone needs exactly one/],
    [{ GITHUB_HOOK_ID: "12", CODEX_REPOSITORIES: "octocat/a,octocat/b" }, /write owner\/name=<id>$/],
    [{ WORKFLOWS_NAMESPACE: "Argo" }, /^WORKFLOWS_NAMESPACE: must be the name of a Kubernetes namespace$/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4317" }, /^OTEL_EXPORTER_OTLP_ENDPOINT: must be an address/],
  ])("of watch refuse %j", (wrong, words) => {
    const found = faults({ ...minimal, ...wrong }, readWatchConfig);
    expect(found).toEqual([expect.stringMatching(words)]);
  });

  test("never show a secret", () => {
    const environment = { GITHUB_TOKEN: "tok en", GITHUB_WEBHOOK_SECRET: "hunter2" };
    expect(faults(environment).join()).not.toMatch(/tok en|hunter2/);
  });

  test("of a GitHub App stand in place of the token, all or none of them", () => {
    const { GITHUB_TOKEN, ...others } = serve;
    const app = { GITHUB_APP_ID: "12", GITHUB_APP_INSTALLATION_ID: "34", GITHUB_APP_PRIVATE_KEY_FILE: "/key.pem" };
    expect(readServeConfig({ ...others, ...app, GITHUB_TOKEN: "" })).toMatchObject({
      ...{ GITHUB_APP_ID: 12, GITHUB_APP_INSTALLATION_ID: 34, GITHUB_APP_PRIVATE_KEY_FILE: "/key.pem" },
    });
    expect(faults({ ...others, GITHUB_APP_ID: "twelve", PORT: "http" })).toEqual([
      expect.stringMatching(/^GITHUB_APP_INSTALLATION_ID: set it to the number at the end of the address/),
      expect.stringMatching(/^GITHUB_APP_PRIVATE_KEY_FILE: set it to the absolute path of the App's private key/),
      "GITHUB_APP_ID: must be a number",
      expect.stringMatching(/^PORT: /),
    ]);
    expect(faults({ ...others, ...app, GITHUB_TOKEN })).toEqual([
      expect.stringMatching(/^GITHUB_TOKEN: is set beside GITHUB_APP_ID .*: leave one of the two ways out$/),
    ]);
  });
});
