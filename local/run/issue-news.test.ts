import type { SeenIssue } from "froussard/watch/watch";
import { expect, test } from "vitest";
import type { Told } from "../view/event.ts";
import { issueNews } from "./issue-news.ts";

const issue = { repository: "octo/hello", issueNumber: 1 };
const open: SeenIssue = { ...issue, open: { title: "Greet", url: "https://github.example.org/octo/hello/issues/1" } };
const planned = (id: number): SeenIssue => ({ ...open, pendingPlanUrl: `${open.open?.url}#issuecomment-${id}` });
const closed: SeenIssue = issue;

test.each<[string, SeenIssue[], Told["event"][]]>([
  ["nothing of an issue without a plan", [open, open], []],
  ["a plan once", [planned(1), planned(1)], ["plan-waiting"]],
  ["another plan", [planned(1), planned(2)], ["plan-waiting", "plan-waiting"]],
  ["that a plan is gone", [planned(1), open, open], ["plan-waiting", "plan-gone"]],
  ["that an issue is closed, once", [planned(1), closed, closed], ["plan-waiting", "issue-closed"]],
  ["nothing of issues that were closed from the beginning", [closed, closed], []],
  [
    "a plan of an issue that was opened again",
    [planned(1), closed, planned(1)],
    ["plan-waiting", "issue-closed", "plan-waiting"],
  ],
])("tells %s", (_, seen, expected) => {
  const told: Told[] = [];
  const hear = issueNews((event) => told.push(event));
  for (const each of seen) hear(each);
  expect(told.map(({ event }) => event)).toEqual(expected);
});

test("tells where the plan is", () => {
  const told: Told[] = [];
  issueNews((event) => told.push(event))(planned(7));
  expect(told).toEqual([
    {
      ...{ event: "plan-waiting", ...issue, title: "Greet", issueUrl: open.open?.url },
      url: "https://github.example.org/octo/hello/issues/1#issuecomment-7",
    },
  ]);
});
