import { createRequire } from "node:module";
import { repositoryFilter } from "@froussard/contract";
import type { WebhookDefinition } from "@octokit/webhooks-examples";
import { describe, expect, test } from "vitest";
import { nextTask } from "./next-task.ts";
import type { ServicePolicy } from "./service-policy.ts";
import { FakeGitHub, owner } from "./testing/fake-github.ts";
import { type TranslateContext, type Translation, translate, type WebhookEvent } from "./translate.ts";

const require = createRequire(import.meta.url);
const sources = ["api.github.com", "ghes-31", "ghes-32", "ghes-33", "ghes-34", "ghes-35"];
const examples = sources.map((source): [string, WebhookDefinition[]] => [
  source,
  require(`@octokit/webhooks-examples/${source}/index.json`),
]);

const codertocat = 21031067;
const policy: ServicePolicy = {
  // On the Enterprise Servers the same account has another id.
  approverIds: [codertocat, 4],
  trigger: { kind: "author" },
  since: "2026-01-01T00:00:00Z",
  branchPrefix: "codex/issue-",
  deadlineMinutes: 60,
};
const helloWorld = (now: string, more: Partial<TranslateContext> = {}): TranslateContext => ({
  policy,
  admits: repositoryFilter(["Codertocat/*"]),
  now: new Date(now),
  ...more,
});
const atOpening = helloWorld("2019-05-15T15:20:23Z");

// The examples are other people's payloads of other times; their form is what this is about.
const asEvent = (name: string, payload: unknown, id = "72d3162e-cc78-11e3-81ab-4c9367dc0958") =>
  ({ id, name, payload }) as WebhookEvent;

function kind(translation: Translation): string {
  return "task" in translation ? "task" : "look" in translation ? "look" : "reason";
}

type Verdicts = Record<string, string[]>;

/** Read off the examples by hand, for each event and action in their order; whatever is not listed has to be a reason. */
const expected: Record<string, { byAuthor: Verdicts; byLabel: Verdicts }> = {
  "api.github.com": {
    byAuthor: { "issues.opened": ["task", "task", "task", "look"], "issues.reopened": ["look"] },
    byLabel: {
      "issues.labeled": ["look", "look"],
      "issues.opened": ["reason", "reason", "reason", "look"],
      "issues.reopened": ["look"],
    },
  },
  "ghes-31": { byAuthor: {}, byLabel: {} },
  "ghes-32": { byAuthor: {}, byLabel: {} },
  "ghes-33": { byAuthor: {}, byLabel: {} },
  "ghes-34": { byAuthor: { "issues.opened": ["task"] }, byLabel: { "issues.labeled": ["look"] } },
  "ghes-35": { byAuthor: { "issues.opened": ["task"] }, byLabel: { "issues.labeled": ["look"] } },
};

describe.each(examples)("the examples of %s", (source, definitions) => {
  const verdicts = (context: TranslateContext) => {
    const found: Verdicts = {};
    for (const { name, examples: payloads } of definitions)
      for (const payload of payloads) {
        const action = "action" in payload ? `.${payload.action}` : "";
        found[`${name}${action}`] ??= [];
        found[`${name}${action}`]?.push(kind(translate(asEvent(name, payload), context)));
      }
    return found;
  };
  const acting = (found: Verdicts) =>
    Object.fromEntries(Object.entries(found).filter(([, kinds]) => kinds.some((each) => each !== "reason")));

  test("are many", () => {
    expect(Object.values(verdicts(atOpening)).flat().length).toBeGreaterThan(40);
  });

  test("get the right verdict when the author triggers", () => {
    expect(acting(verdicts(atOpening))).toEqual(expected[source]?.byAuthor);
  });

  test("get the right verdict when a label triggers", () => {
    const labelled: ServicePolicy = { ...policy, trigger: { kind: "label", label: "bug" } };
    expect(acting(verdicts({ ...atOpening, policy: labelled }))).toEqual(expected[source]?.byLabel);
  });

  test("mean nothing to a service that serves none of their repositories", () => {
    expect(acting(verdicts({ ...atOpening, admits: () => false }))).toEqual({});
  });

  test("make no task for a service that lists nobody", () => {
    const found = verdicts({ ...atOpening, policy: { ...policy, approverIds: [] } });
    expect(Object.values(found).flat()).not.toContain("task");
  });
});

const github = new FakeGitHub();
const on = github.open(github.repository("Codertocat/Hello-World"), { ...owner, id: codertocat });

/** A small payload in GitHub's form, of the fake's issue. */
function opened(more: { issue?: object; repository?: object; [other: string]: unknown } = {}) {
  const { repository, issue } = on;
  const user = { id: codertocat, login: "Codertocat", type: "User" };
  return {
    action: "opened",
    sender: user,
    ...more,
    repository: {
      id: repository.id,
      full_name: repository.nameWithOwner,
      archived: false,
      default_branch: "main",
      ...more.repository,
    },
    issue: {
      id: issue.id,
      node_id: issue.nodeId,
      number: issue.number,
      html_url: issue.url,
      title: issue.title,
      body: issue.body,
      state: "open",
      created_at: issue.createdAt,
      user,
      labels: [],
      ...more.issue,
    },
  };
}
const commented = (body: string, more: Parameters<typeof opened>[0] = {}, user: object | null = {}) => ({
  ...opened({ action: "created", ...more }),
  comment: { id: 5, body, user: user && { id: codertocat, login: "Codertocat", type: "User", ...user } },
});
const now = helloWorld("2026-03-01T12:00:05Z");

test("an opened issue gives the very task that nextTask gives", () => {
  const translation = translate(asEvent("issues", opened(), "delivery-1"), now);
  const next = nextTask(github.snapshot(on), policy, now.now, { liveTasks: new Set(), published: () => undefined });
  if (!("task" in translation && "task" in next)) throw new Error("expected two tasks");
  expect(translation.task).toEqual({ ...next.task, deliveryId: "delivery-1", sender: "Codertocat" });
  expect(translation.mark).toEqual(next.mark);
});

test.each<[string, string, unknown, string | object]>([
  [
    "opened late",
    "issues",
    opened({ issue: { created_at: "2026-03-01T11:59:00Z" } }),
    { repository: "Codertocat/Hello-World", issueNumber: 1 },
  ],
  [
    "opened by transfer",
    "issues",
    opened({ changes: { old_issue: { id: 1 } } }),
    { repository: "Codertocat/Hello-World", issueNumber: 1 },
  ],
  [
    "skip label removed",
    "issues",
    opened({ action: "unlabeled", label: { name: "codex:skip" } }),
    { repository: "Codertocat/Hello-World", issueNumber: 1 },
  ],
  ["/approve", "issue_comment", commented("/approve"), { repository: "Codertocat/Hello-World", issueNumber: 1 }],
  [
    "/replan with words",
    "issue_comment",
    commented("/replan in red\nplease"),
    { repository: "Codertocat/Hello-World", issueNumber: 1 },
  ],
  ["opened by somebody else", "issues", opened({ issue: { user: { id: 2, login: "x", type: "User" } } }), "not listed"],
  [
    "opened by an app",
    "issues",
    opened({ issue: { user: { id: codertocat, login: "x", type: "Bot" } } }),
    "not listed",
  ],
  ["opened by a deleted account", "issues", opened({ issue: { user: null } }), "not listed"],
  ["opened as a pull request", "issues", opened({ issue: { pull_request: {} } }), "pull request"],
  ["opened with the skip label", "issues", opened({ issue: { labels: [{ name: "codex:skip" }] } }), "codex:skip"],
  ["opened and closed", "issues", opened({ issue: { state: "closed" } }), "closed"],
  ["opened in an archived repository", "issues", opened({ repository: { archived: true } }), "archived"],
  ["opened elsewhere", "issues", opened({ repository: { full_name: "hubot/x" } }), "CODEX_REPOSITORIES"],
  [
    "opened on a base that must not cross Argo",
    "issues",
    opened({ repository: { default_branch: "{{x}}" } }),
    "CODEX_BASE_BRANCH",
  ],
  [
    "labelled when labels start nothing",
    "issues",
    opened({ action: "labeled", label: { name: "bug" } }),
    "starts nothing",
  ],
  ["another label removed", "issues", opened({ action: "unlabeled", label: { name: "bug" } }), "starts nothing"],
  ["edited", "issues", opened({ action: "edited" }), "this action of issues starts nothing"],
  ["an edited command", "issue_comment", commented("/approve", { action: "edited" }), "starts nothing"],
  [
    "a command on a pull request",
    "issue_comment",
    commented("/approve", { issue: { pull_request: {} } }),
    "pull request",
  ],
  ["a command on a closed issue", "issue_comment", commented("/approve", { issue: { state: "closed" } }), "closed"],
  ["a command of somebody else", "issue_comment", commented("/approve", {}, { id: 2 }), "not listed"],
  ["a command of an app", "issue_comment", commented("/approve", {}, { type: "Bot" }), "not listed"],
  ["a command of a deleted account", "issue_comment", commented("/approve", {}, null), "not listed"],
  ["a remark", "issue_comment", commented("I would /approve that"), "no command"],
  ["a quoted command", "issue_comment", commented("> /approve"), "no command"],
  ["our own comment", "issue_comment", commented("<!-- codex:note -->\n/approve"), "no command"],
  ["an unknown event", "codex_surprise", { action: "created" }, "codex_surprise events start nothing"],
  ["an unknown action", "issues", opened({ action: "enchanted" }), "this action of issues starts nothing"],
  ["an empty payload", "issues", {}, "payload without usable"],
  ["no payload at all", "issue_comment", null, "payload without usable"],
  ["ids that are no numbers", "issues", opened({ issue: { id: "70" } }), "issue.id"],
])("%s", (_, name, payload, expected) => {
  const translation = translate(asEvent(name, payload), now);
  if (typeof expected === "string") expect(translation).toEqual({ reason: expect.stringContaining(expected) });
  else expect(translation).toEqual({ look: expected });
});

test.each([
  "{{workflow.uid}} $\u007b{ secrets.X }}",
  "$(id) `id` \"'\\",
  "\u0000\u0007\u001b[31m",
  "\u{E0041}\u{E0042}\u202e",
  "x".repeat(65_536),
  "",
])("texts of people (%#) stay data", (text) => {
  const translation = translate(asEvent("issues", opened({ issue: { title: text.slice(0, 256), body: text } })), now);
  expect(kind(translation)).toBe("task");
  if ("task" in translation && text.length < 1000) expect(translation.task.issueBody).toBe(text);
});
