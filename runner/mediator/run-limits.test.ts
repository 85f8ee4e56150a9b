import { markedComment, markers, RunFailure, type RunIds, subjectId, taskId } from "@froussard/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ProgressComment } from "./github-facts.ts";
import { emptyLedger } from "./ledger.ts";
import { newRecord, type RunRecord } from "./record.ts";
import { begunRuns, checkDailyLimit, checkIssueLimit } from "./run-limits.ts";

const subject = subjectId({ repositoryId: 501, issueId: 7001, stage: "planning", about: "issue" });
const task = (attempt: number) => taskId("planning", 12, subject, attempt);
/** The progress comment of a try; its id is its place in time, in minutes after ten o'clock. */
const progress = (id: number, attempt: number, changes: Partial<RunRecord> = {}): ProgressComment => {
  const record = { ...newRecord(task(attempt), emptyLedger("m")), state: "working" as const, attempts: 1, ...changes };
  const ids: RunIds = { taskId: task(attempt), subjectId: subject, about: "issue", stage: "planning", record };
  const createdAt = new Date(Date.UTC(2026, 0, 5, 10, id)).toISOString();
  return { id, createdAt, body: markedComment(markers.progress, ids, "…") };
};
const refused = { state: "closed", attempts: 0, code: "daily-limit" } as const;
const verdict = (check: () => void): string => {
  try {
    check();
    return "room";
  } catch (error) {
    if (error instanceof RunFailure) return error.message;
    throw error;
  }
};

test("each task counts once, and one that never came to an agent not at all", () => {
  const seen = [
    progress(3, 7),
    progress(1, 0),
    progress(2, 0),
    progress(4, 9, refused),
    progress(5, 8, { state: "ready", attempts: 0 }),
  ];
  expect(begunRuns(seen).map(({ id }) => id)).toEqual([1, 3, 5]);
});

describe("an issue", () => {
  const limits = { perIssue: 2, perDay: 100 };
  test("has room until others have used it up; its own comment is not one of them", () => {
    const one = [progress(1, 0)];
    expect(verdict(() => checkIssueLimit(one, task(7), limits))).toBe("room");
    const two = [...one, progress(2, 7)];
    expect(verdict(() => checkIssueLimit(two, task(7), limits))).toBe("room");
    expect(verdict(() => checkIssueLimit(two, task(8), limits))).toBe(
      "issue-limit: 2 of 2 runs are used up; no time brings them back",
    );
  });
});

describe("a day", () => {
  const limits = { perIssue: 100, perDay: 2 };
  test("lets through as many as it may have, in the order of their comments, and says when there is room", () => {
    const three = [progress(1, 0), progress(2, 7), progress(30, 8)];
    expect(three.map((_, index) => verdict(() => checkDailyLimit(three, task([0, 7, 8][index] ?? 0), limits)))).toEqual(
      [...["room", "room"], "daily-limit: 2 of 2 runs within 24 hours; there is room again at 2026-01-06 10:01 UTC"],
    );
  });

  test("a run from before, which goes on, is not counted again", () => {
    expect(verdict(() => checkDailyLimit([progress(1, 0), progress(2, 7)], task(8), limits))).toBe("room");
  });

  test("property: however many begin at once, and whatever each has seen of the others, no more than the limit go on", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 12 }),
        fc.infiniteStream(fc.nat()),
        (perDay, count, later) => {
          const all = Array.from({ length: count }, (_, index) => progress(index + 1, index));
          const passed = all.filter((own) => {
            // Each looks after its own comment stands, and so sees every older one, and perhaps some younger.
            const upTo = own.id + ((later.next().value as number) % (count + 1));
            const seen = all.filter(({ id }) => id <= upTo);
            return verdict(() => checkDailyLimit(seen, task(own.id - 1), { perIssue: 100, perDay })) === "room";
          });
          expect(passed).toHaveLength(Math.min(perDay, count));
        },
      ),
    );
  });
});
