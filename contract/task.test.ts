import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cutText } from "./cut-text.ts";
import { limits } from "./limits.ts";
import { parameters } from "./parameters.ts";
import { type ImplementationTask, serializeTask, taskFields, taskSchema } from "./task.ts";

const task: ImplementationTask = {
  stage: "implementation",
  prompt: "Implement the approved plan of gregkonush/lab#12",
  repository: "gregkonush/lab",
  base: "main",
  head: "codex/issue-12-0a1b2c3d",
  issueNumber: 12,
  issueUrl: "https://github.com/gregkonush/lab/issues/12",
  issueTitle: "Title with {{workflow.name}} and `ticks`",
  issueBody: "",
  sender: "gregkonush",
  issuedAt: "2026-01-05T10:00:00.000Z",
  taskId: "codex-implementation-12-0123456789abcdef",
  repositoryId: 501,
  planCommentId: 2_912_345_678,
  planCommentUrl: "https://github.com/gregkonush/lab/issues/12#issuecomment-2912345678",
  planCommentBody: "<!-- codex:plan -->",
  planSha256: "a".repeat(64),
};

test("a task survives its way through Kafka; fields of a later version are ignored", () => {
  expect(taskSchema.parse(JSON.parse(serializeTask(task)))).toEqual(task);
  expect(taskSchema.parse({ ...task, later: 1 })).toEqual(task);
});

test.each([
  ["a managed user's repository", { repository: "mona_corp/lab", sender: "mona_corp" }],
  ["a repository that begins with a dot", { repository: "gregkonush/.github" }],
  ["an app as the sender", { sender: "some-app[bot]" }],
])("accepts %s", (_, change) => {
  expect(taskSchema.safeParse({ ...task, ...change }).success).toBe(true);
});

describe("refuses", () => {
  test.each([
    ["a branch that could be an option", { base: "--upload-pack=x" }],
    ["a branch with template braces", { base: "{{workflow.name}}" }],
    ["a branch with a space", { head: "a b" }],
    ["a branch that climbs", { head: "a/../b" }],
    ["a repository with a third part", { repository: "a/b/c" }],
    ["a repository that climbs", { repository: "gregkonush/.." }],
    ["a sender with braces", { sender: "{{x}}" }],
    ["a repository with braces", { repository: "a/{{b}}" }],
    ["an address with braces", { issueUrl: "https://github.com/{{x}}" }],
    ["an address that is none", { issueUrl: "javascript:alert(1)" }],
    ["a control character in a delivery id", { deliveryId: "a\u0000" }],
    ["null where a field may be absent", { deliveryId: null }],
    ["an issue number of zero", { issueNumber: 0 }],
    ["an issue number as text", { issueNumber: "12" }],
    ["a stage that does not exist", { stage: "review" }],
    ["an implementation without its plan", { planSha256: undefined }],
    ["a task id of another form", { taskId: "x" }],
  ])("%s", (_, change) => {
    expect(taskSchema.safeParse({ ...task, ...change }).success).toBe(false);
  });
});

test("only fields with a strict form may cross Argo; people's texts never do", () => {
  const crossing = Object.entries(taskFields).filter(([, schema]) => schema.meta()?.argo !== undefined);
  for (const hostile of ["{{workflow.name}}", "a b", "a\nb", "$(id)", "\u0000", "a`b", 'a"b'])
    for (const [name, schema] of crossing)
      expect(schema.safeParse(hostile).success, `${name} accepts ${hostile}`).toBe(false);
  const texts = ["prompt", "issueTitle", "issueBody", "planCommentBody"];
  expect(crossing.map(([name]) => name).filter((name) => texts.includes(name))).toEqual([]);
});

test("every argument has a parameter of its name", () => {
  const args = Object.entries(taskFields).filter(([, schema]) => schema.meta()?.argo === "argument");
  for (const [name] of args) expect(parameters).toContain(name);
});

test("the worst texts, cut, fit into a message", () => {
  const worst = cutText("\u0001".repeat(limits.githubBodyCharacters));
  const texts = { prompt: worst, issueTitle: worst, issueBody: worst, planCommentBody: worst };
  expect(Buffer.byteLength(serializeTask({ ...task, ...texts }))).toBeLessThan(limits.taskBytes);
});

test("fails to serialize a task that was not cut, naming its size", () => {
  expect(() => serializeTask({ ...task, issueBody: "x".repeat(100_000) })).toThrow(/more than 98304; cut its texts/);
});

test.each(["x", '"', "\\", "\n", "\u0001", "\u007f", "é", "\u2028", "€", "😀", "\ud83d"])(
  "a text of many %j is cut where its JSON is full",
  (character) => {
    const bytes = (value: string) => Buffer.byteLength(JSON.stringify(value)) - 2;
    const cut = cutText(character.repeat(500), 450);
    expect(bytes(cut)).toBeLessThanOrEqual(450);
    expect(bytes(cut)).toBeGreaterThan(450 - bytes(character));
  },
);

test("cutting keeps short texts as they are and whole characters of long ones", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), fc.integer({ min: 150, max: 400 }), (text, max) => {
      const cut = cutText(text, max);
      const bytes = (value: string) => Buffer.byteLength(JSON.stringify(value)) - 2;
      expect(bytes(cut)).toBeLessThanOrEqual(max);
      if (bytes(text) <= max) expect(cut).toBe(text);
      else {
        const kept = cut.slice(0, cut.indexOf("\n[… cut here"));
        expect([...text].slice(0, [...kept].length).join("")).toBe(kept);
      }
    }),
  );
});
