import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { exec, scriptOf } from "./script.ts";
import { type Model, type ModelOptions, startModel } from "./start-model.ts";
import { answerOf, type CodexRun, runCodex } from "./testing/run-codex.ts";

// Everything here drives the real Codex binary. Its home must not be in a temporary folder, which it warns about.
const root = fileURLToPath(new URL("../../.froussard/", import.meta.url));
const sample = fileURLToPath(new URL("../sample-project/", import.meta.url));

const text = { type: "string" };
const list = (items: object) => ({ type: "array", items });
const object = (properties: Record<string, object>) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});
const action = { type: "string", enum: ["create", "change", "delete"] };
const schemas = {
  plan: object({
    summary: text,
    steps: list(object({ title: text, detail: text })),
    files: list(object({ path: text, action, reason: text })),
    commands: list(text),
    risks: list(text),
    tests: list(text),
    openQuestions: list(text),
  }),
  report: object({ title: text, summary: text, tests: list(text) }),
};

let home: string;
let workspace: string;
let model: Model | undefined;
const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    cwd: workspace,
    encoding: "utf8",
  });

beforeAll(() => {
  mkdirSync(root, { recursive: true });
  home = mkdtempSync(join(root, "codex-test-"));
  for (const [name, schema] of Object.entries(schemas))
    writeFileSync(join(home, `${name}.json`), JSON.stringify(schema));
});
afterAll(() => rmSync(home, { recursive: true }));
beforeEach(() => {
  workspace = mkdtempSync(join(home, "workspace-"));
  cpSync(sample, workspace, { recursive: true });
  git("init", "--quiet");
  git("add", ".");
  git("commit", "--quiet", "--message", "start");
});
afterEach(() => model?.close());

const section = (name: string, said: string) => {
  const hash = createHash("sha256").update(said).digest("hex").slice(0, 16);
  return `===== BEGIN ${name} ${hash} =====\n${said}\n===== END ${name} ${hash} =====\n`;
};
const issue = (title: string, body: string) => section("issue-title", title) + section("issue-body", body);

type Given = Partial<Parameters<typeof runCodex>[0]>;
async function codex(prompt: string, given: Given = {}, options: ModelOptions = {}): Promise<CodexRun> {
  const started = await startModel(options);
  model = started;
  return runCodex({ url: started.url, workspace, home, prompt, ...given });
}
const planned = async (title: string, body: string, given: Given = {}) => {
  const run = await codex(`Plan this.\n${issue(title, body)}`, { schemaFile: join(home, "plan.json"), ...given });
  // Where the checkout lies in the temporary folder, Codex says that it makes no helper programs there.
  const said = run.stderr.replace(/^WARNING: proceeding, even though we could not create PATH aliases.*\n/m, "");
  expect([run.exitCode, said]).toEqual([0, ""]);
  return { run, plan: JSON.parse(answerOf(run)) };
};
const implemented = async (plan: string, title: string, given: Given = {}) => {
  const prompt = `Do this.\n${section("plan", plan)}${issue(title, "")}`;
  const run = await codex(prompt, { schemaFile: join(home, "report.json"), sandbox: "workspace-write", ...given });
  git("add", "--all");
  return {
    run,
    report: JSON.parse(answerOf(run)),
    changed: git("diff", "--cached", "--name-only").trim().split("\n").filter(Boolean),
  };
};
const types = (run: CodexRun) => new Set(run.events.map((event) => event.item?.type ?? event.type));

describe.each(["gpt-6.1-sol", "gpt-5.5"])("%s", (name) => {
  test("plans by reading, then implements the plan, tested", async () => {
    const { run, plan } = await planned("Rename `toText` to `formatQuantity`", "", { model: name });
    expect(plan.files.map((file: { path: string }) => file.path)).toContain("src/to-text.js");
    expect(types(run)).toEqual(
      new Set(["thread.started", "turn.started", "command_execution", "agent_message", "turn.completed"]),
    );
    expect(git("status", "--short")).toBe("");

    const markdown = `## Summary\n\n${plan.summary}\n`;
    const done = await implemented(markdown, "Rename `toText` to `formatQuantity`", { model: name });
    expect(done.report).toMatchObject({
      title: "Rename toText to formatQuantity",
      tests: [expect.stringMatching(/`npm test` passes/)],
    });
    expect(done.changed).toEqual([
      "CHANGELOG.md",
      "README.md",
      "src/cli.js",
      "src/index.js",
      "src/to-text.js",
      "test/to-text.test.js",
    ]);
    expect(readFileSync(join(workspace, "src/to-text.js"), "utf8")).toContain("export function formatQuantity(");
    expect([...types(done.run)]).toEqual(
      expect.arrayContaining(["todo_list", "command_execution", "file_change", "agent_message"]),
    );
    expect(done.run.events.at(-1)?.usage?.["input_tokens"]).toBeGreaterThan(10_000);
  });

  test("another issue, another change; failing tests are told", async () => {
    const done = await implemented(
      "Add a function `half(n)` to `src/convert.js` that returns `n / 2`. `half(4)` returns `3`.",
      "half",
      { model: name },
    );
    expect(done.changed).toEqual(["CHANGELOG.md", "README.md", "src/convert.js", "src/index.js", "test/half.test.js"]);
    expect(done.report.tests).toEqual([expect.stringMatching(/`npm test` FAILS with exit code 1.*Failing: .*half/)]);
  });

  test("a command that takes its time is waited for", async () => {
    const script = scriptOf(function* () {
      const outcome = yield exec("sleep 1; echo slept; exit 3", { yieldMs: 250 });
      return `${outcome.exitCode} ${outcome.stdout}`;
    });
    expect(answerOf(await codex("go", { model: name }, { script }))).toBe("3 slept\n");
  });

  test("web search reaches the model's side and comes back", async () => {
    const script = scriptOf(function* () {
      const found = yield { kind: "search", query: "units" };
      const next = yield exec("true");
      return `${found.ok} ${found.stdout} ${next.ok}`;
    });
    const run = await codex("go", { model: name, config: ['web_search="live"'] }, { script });
    expect(run.events.some((event) => event.item?.type === "web_search" && event.item["query"] === "units")).toBe(true);
    expect(answerOf(run)).toMatch(
      name === "gpt-5.5" ? /^true {2}true$/ : /^true .*Simulated result for .*units.* true$/s,
    );
  });
});

test("a sandbox that refuses to write is told, not hidden", async () => {
  const done = await implemented("Rename `toText` to `show`.", "x", { sandbox: "read-only" });
  expect([done.run.exitCode, done.changed]).toEqual([0, []]);
  expect(done.report.summary).toMatch(/^Nothing could be written: .*Read-only file system/);
});

test("a hostile script finds out what commands can see", async () => {
  const script = scriptOf(function* () {
    const found = yield exec('env; cat /proc/*/environ 2>/dev/null | tr "\\0" "\\n"');
    return found.stdout;
  });
  const seen = answerOf(
    await codex("go", { apiKey: "sk-simulated-0123456789" }, { script, apiKey: "sk-simulated-0123456789" }),
  );
  expect(seen).toContain("CODEX_THREAD_ID=");
  // The control of what the runner has to prevent: Codex hands its key to every command.
  expect(seen).toContain("SIMULATED_KEY=sk-simulated-0123456789");
});

test("fails on a schema that the API refuses", async () => {
  writeFileSync(join(home, "open.json"), JSON.stringify({ type: "object", properties: { a: text }, required: [] }));
  const run = await codex("go", { schemaFile: join(home, "open.json") });
  expect(run.exitCode).toBe(1);
  expect(run.events.at(-1)?.error?.message).toContain("'additionalProperties' is required");
});

describe("faults", () => {
  const say = () => [{ kind: "answer", text: "done" } as const];
  const struck = async (...[fault, plan]: Parameters<Model["inject"]>) => {
    const started = await startModel({ script: say });
    model = started;
    started.inject(fault, plan);
    const run = await runCodex({ url: started.url, workspace, home, prompt: "go" });
    return { run, requests: started.requests.length, last: run.events.at(-1) };
  };

  test.each([
    ["insufficient-quota", "Quota exceeded. Check your plan and billing details."],
    ["context-length-exceeded", "Codex ran out of room in the model's context window."],
    ["incomplete", "Incomplete response returned, reason: max_output_tokens"],
  ] as const)("%s ends the turn at once", async (kind, words) => {
    const { run, requests, last } = await struck({ kind }, { times: Number.POSITIVE_INFINITY });
    expect([run.exitCode, requests, last?.type]).toEqual([1, 1, "turn.failed"]);
    expect(last?.error?.message).toContain(words);
  });

  test.each([
    { kind: "server-error" },
    { kind: "overloaded" },
    { kind: "cut-stream" },
    { kind: "failed", code: "server_error", message: "boom" },
  ] as const)("$kind once is got over", async (fault) => {
    const { run, requests, last } = await struck(fault);
    expect([run.exitCode, requests, last?.type]).toEqual([0, 2, "turn.completed"]);
  });

  test("an answer against the schema passes Codex unchecked", async () => {
    const { run } = await struck({ kind: "answer", text: "not json" });
    expect([run.exitCode, answerOf(run)]).toEqual([0, "not json"]);
  });
});
