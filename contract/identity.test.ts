import fc from "fast-check";
import { expect, test } from "vitest";
import { branchName, type Subject, subjectId, subjectIdPattern, taskId, taskIdPattern } from "./identity.ts";

const subject: Subject = { repositoryId: 501, issueId: 7001, stage: "planning", about: "issue" };

test("ids are stable: these literals stand in comments and branch names of running installations", () => {
  expect(subjectId(subject)).toMatchInlineSnapshot(`"4abcebf66e8c43aaf8f0eefb817d50a0"`);
  expect(taskId("planning", 12, subjectId(subject), 0)).toMatchInlineSnapshot(`"codex-planning-12-f9de91c8e87f9b4c"`);
  expect(branchName("codex/issue-", 12, subjectId(subject))).toMatchInlineSnapshot(`"codex/issue-12-4abcebf6"`);
});

const positive = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const about = fc.oneof(
  fc.constant("issue" as const),
  positive.map((id) => `command:${id}` as const),
  fc.tuple(positive, hex).map(([id, sha]) => `plan:${id}:${sha}` as const),
);
const subjects: fc.Arbitrary<Subject> = fc.record({
  repositoryId: positive,
  issueId: positive,
  stage: fc.constantFrom("planning", "implementation"),
  about,
});

test("any change of any part gives another subject and another task", () => {
  fc.assert(
    fc.property(subjects, subjects, positive, positive, (a, b, one, two) => {
      const same =
        JSON.stringify([a.repositoryId, a.issueId, a.stage, a.about]) ===
        JSON.stringify([b.repositoryId, b.issueId, b.stage, b.about]);
      expect(subjectId(a) === subjectId(b)).toBe(same);
      expect(taskId("planning", 1, subjectId(a), one) === taskId("planning", 1, subjectId(a), two)).toBe(one === two);
    }),
  );
});

test("every id fits what its readers accept, a Kubernetes name included", () => {
  fc.assert(
    fc.property(subjects, fc.integer({ min: 1, max: 999_999_999_999_999 }), positive, (a, number, attempt) => {
      expect(subjectId(a)).toMatch(subjectIdPattern);
      const name = taskId(a.stage, number, subjectId(a), attempt);
      expect(name).toMatch(taskIdPattern);
      expect(name).toMatch(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/);
    }),
  );
});
