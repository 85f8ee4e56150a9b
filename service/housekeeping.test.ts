import { markedComment, markers } from "@froussard/contract";
import { expect, test } from "vitest";
import { commentsToMinimize } from "./housekeeping.ts";
import { bot, FakeGitHub, owner, stranger } from "./testing/fake-github.ts";

const policy = { approverIds: [1], trigger: { kind: "author" } } as const;
const note = (cause: string) => markedComment(markers.note, { cause, code: "no-plan" }, "Hm?");

test("hides copies and outdated plans of ours, and what was asked twice; nothing of other people", () => {
  const github = new FakeGitHub();
  const on = github.open(github.repository("octocat/hello"), owner);
  const first = github.plan(on);
  const replan = github.comment(on, owner, "/replan");
  const second = github.plan(on, `command:${replan.id}`);
  const copy = github.plan(on, `command:${replan.id}`);
  github.comment(on, bot, note("comment:1"));
  const again = github.comment(on, bot, note("comment:1"));
  github.comment(on, bot, note("comment:2"));
  github.comment(on, stranger, note("comment:1"));
  github.comment(on, stranger, second.body);
  github.result(on, "planning", "issue", "failed", "not-started");
  const end = github.result(on, "planning", "issue", "failed", "not-started");
  github.result(on, "planning", "issue", "failed", "not-started", 4711);
  github.result(on, "planning", "issue", "done");
  expect(commentsToMinimize(github.snapshot(on), policy).map(({ id }) => id)).toEqual([
    first.id,
    copy.id,
    again.id,
    end.id,
  ]);
  for (const comment of [first, copy, again, end]) comment.isMinimized = true;
  expect(commentsToMinimize(github.snapshot(on), policy)).toEqual([]);
});
