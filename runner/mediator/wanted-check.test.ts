import { RunFailure, readPlans } from "@froussard/contract";
import { at, buildSnapshot, comment, planComment, policy, reaction } from "@froussard/contract/testing/build-snapshot";
import { beforeEach, expect, test } from "vitest";
import { createWantedCheck } from "./wanted-check.ts";

let now = 0;
let snapshot = buildSnapshot();
let changed = true;
let reads = { cheap: 0, whole: 0 };
let down = false;
let reacted = false;
let hanging: Promise<void> | undefined;
const warnings: string[] = [];
beforeEach(() => {
  now = 0;
  snapshot = buildSnapshot();
  changed = true;
  reads = { cheap: 0, whole: 0 };
  down = false;
  reacted = false;
  hanging = undefined;
});

const start = (patienceMs = 60_000, approved?: { commentId: number; planSha256: string }) =>
  createWantedCheck({
    facts: {
      issueChanged: async () => {
        reads.cheap++;
        await hanging;
        if (down) throw new RunFailure("github-unavailable");
        return { changed, etag: "e" };
      },
      commentChanged: async () => ({ changed: reacted, etag: "r" }),
      issue: async () => {
        reads.whole++;
        return snapshot;
      },
    },
    repository: "gregkonush/lab",
    issueNumber: 12,
    policy,
    cause: { at: at(0) },
    approved,
    now: () => now,
    intervalMs: 1_000,
    patienceMs,
    warn: (message) => warnings.push(message),
  });

test("GitHub is asked once an interval, and read in full only when something changed", async () => {
  const stillWanted = start();
  await Promise.all([stillWanted(), stillWanted(), stillWanted()]);
  expect(reads).toEqual({ cheap: 1, whole: 1 });
  changed = false;
  now = 1_000;
  await stillWanted();
  expect(reads).toEqual({ cheap: 2, whole: 1 });
});

test.each([
  ["a /cancel", () => buildSnapshot([comment(5, { body: "/cancel" })]), "cancelled"],
  ["the skip label", () => buildSnapshot([], { labels: ["codex:skip"] }), "skipped"],
  ["a closed issue", () => buildSnapshot([], { state: "CLOSED" }), "issue-closed"],
])("%s ends the run, for good", async (_, later, code) => {
  const stillWanted = start();
  await stillWanted();
  snapshot = later();
  now = 1_000;
  await expect(stillWanted()).rejects.toMatchObject({ code });
  snapshot = buildSnapshot();
  now = 2_000;
  await expect(stillWanted()).rejects.toMatchObject({ code });
  expect(reads.cheap).toBe(2);
});

test("a GitHub that cannot be asked ends nothing", async () => {
  down = true;
  await start()();
  expect(warnings.at(-1)).toContain("github-unavailable");
});

test("a GitHub that hangs holds no request up, and its late answer counts for the next one", async () => {
  const answer = Promise.withResolvers<void>();
  hanging = answer.promise;
  snapshot = buildSnapshot([], { state: "CLOSED" });
  const stillWanted = start(1);
  await stillWanted();
  await stillWanted();
  expect(reads.cheap).toBe(1);
  answer.resolve();
  await expect.poll(() => stillWanted().catch(({ code }) => code), { interval: 1 }).toBe("issue-closed");
});

test("a 👍 taken back ends the work on a plan, although the issue itself tells nothing of it", async () => {
  const approved = planComment(2, { reactions: [reaction("THUMBS_UP", at(3))] });
  snapshot = buildSnapshot([approved]);
  const [plan] = readPlans(snapshot);
  const stillWanted = start(60_000, { commentId: 2, planSha256: plan?.sha256 ?? "" });
  await stillWanted();
  changed = false;
  snapshot = buildSnapshot([{ ...approved, reactions: [] }]);
  now = 1_000;
  await stillWanted();
  expect(reads.whole).toBe(1);
  reacted = true;
  now = 2_000;
  await expect(stillWanted()).rejects.toMatchObject({ code: "not-approved" });
});

test("an edit of the approved plan ends the work on it", async () => {
  snapshot = buildSnapshot([planComment(2, { reactions: [reaction("THUMBS_UP", at(3))] })]);
  const stillWanted = start(60_000, { commentId: 2, planSha256: "0".repeat(64) });
  await expect(stillWanted()).rejects.toMatchObject({ code: "superseded" });
});
