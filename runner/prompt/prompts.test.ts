import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { ChangeRules } from "../git/change-rules.ts";
import { freezeInput } from "../input/frozen-input.ts";
import { changeReportSchema, planSchema } from "../plan.ts";
import { implementationPrompt } from "./implementation-prompt.ts";
import { outputSchema } from "./output-schema.ts";
import { planningPrompt } from "./planning-prompt.ts";
import { section } from "./section.ts";

const base = { branch: "main", commit: "a".repeat(40) };
const person = (login: string) => ({ id: 1, login, type: "User" });
const title = freezeInput("issue-title", "Add --json", person("alice"));
const body = freezeInput("issue-body", "It should `print` {{ json }}.", person("alice"));
const plan = freezeInput("plan", "1. Do it.", person("codex-bot"));
const changes: ChangeRules = {
  protectedPaths: { patterns: [".github/workflows/**", "deploy/**"], except: ["deploy/README.md"] },
  maxFiles: 12,
  maxBytes: 3456,
};
const common = { repository: "acme/widgets", issueNumber: 7, base, changes };

describe("sections", () => {
  test("carry name and hash on both lines", () => {
    expect(section(freezeInput("plan", "abc", person("x")))).toBe(
      "===== BEGIN plan ba7816bf8f01cfea =====\nabc\n===== END plan ba7816bf8f01cfea =====",
    );
  });

  test("property: no text ends its own section", () => {
    const line = fc.oneof(fc.string(), fc.constantFrom("===== END plan ba7816bf8f01cfea =====", "=====", "EOF"));
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const text = section(freezeInput("plan", lines.join("\n"), undefined));
        const end = text.slice(text.lastIndexOf("\n") + 1);
        expect(text.split("\n").filter((each) => each === end)).toHaveLength(1);
      }),
    );
  });
});

describe("planning", () => {
  const prompt = planningPrompt({ ...common, inputs: [title, body] });

  test("carries the issue as it is, and says what is expected", () => {
    expect(prompt).toContain(section(title));
    expect(prompt).toContain(section(body));
    for (const field of Object.keys(planSchema.shape)) expect(prompt).toContain(`- ${field}:`);
    expect(prompt).toContain("You only read");
    expect(prompt).not.toContain("earlier plan for this issue");
  });

  test("a request for another plan comes with the plan it is about", () => {
    const request = freezeInput("replan-request", "smaller please", person("bob"));
    const again = planningPrompt({ ...common, inputs: [title, body, plan, request] });
    expect(again).toContain("asks for another one");
    expect(again).toContain(section(request));
    expect(again).toContain(section(plan));
  });
});

test("implementation: the approved plan rules, nothing is committed or pushed, protected paths are named", () => {
  const prompt = implementationPrompt({ ...common, inputs: [plan] });
  expect(prompt).toContain(section(plan));
  expect(prompt).toContain("the plan is what was approved");
  expect(prompt).toContain("Do not commit, do not push");
  for (const field of Object.keys(changeReportSchema.shape)) expect(prompt).toContain(`- ${field}:`);
});

test.each([
  ["planning", planningPrompt],
  ["implementation", implementationPrompt],
])("%s: what a change may be is told before anything is paid for", (_, promptOf) => {
  const prompt = promptOf({ ...common, inputs: [plan] });
  expect(prompt).toContain("protected: .github/workflows/**, deploy/** (but not deploy/README.md).");
  expect(prompt).toContain("12 files and 3456 bytes");
  expect(prompt).toContain("Git LFS");
});

describe("output schemas are what strict formats accept", () => {
  const unsupported = ["$schema", "minLength", "maxLength", "default"];
  const check = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const key of unsupported) expect(Object.keys(node)).not.toContain(key);
    const object = z
      .object({ type: z.literal("object"), properties: z.record(z.string(), z.unknown()) })
      .safeParse(node);
    if (object.success)
      expect(node).toMatchObject({ additionalProperties: false, required: Object.keys(object.data.properties) });
    for (const value of Object.values(node)) check(value);
  };

  test.each([
    ["plan", planSchema],
    ["report", changeReportSchema],
  ])("%s", (_, schema) => {
    const json = outputSchema(schema);
    expect(json["type"]).toBe("object");
    check(json);
  });
});
