import {
  type ImplementationTask,
  limits,
  type PlanningTask,
  serializeTask,
  type Task,
  taskId,
} from "@froussard/contract";

/** For tests only: a message on the topic of tasks, as the service may write it. */
export interface GoldenMessage {
  /** What is special about it. */
  name: string;
  task: Task;
  /** The record's value. */
  json: string;
}

const subject = "0123456789abcdef0123456789abcdef";
const planning: PlanningTask = {
  stage: "planning",
  prompt: "Plan how to solve issue #12 of gregkonush/lab.",
  repository: "gregkonush/lab",
  base: "main",
  head: "codex/issue-12-01234567",
  issueNumber: 12,
  issueUrl: "https://github.com/gregkonush/lab/issues/12",
  issueTitle: "Add a shout option",
  issueBody: "Please.\n\nIt should shout.",
  sender: "gregkonush",
  issuedAt: "2026-01-05T10:00:00.000Z",
  taskId: taskId("planning", 12, subject, 0),
  repositoryId: 501,
  deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958",
};
const { deliveryId: _, ...byTheLoop } = planning;
const implementation: ImplementationTask = {
  ...byTheLoop,
  stage: "implementation",
  prompt: "Carry out the approved plan of issue #12 of gregkonush/lab.",
  taskId: taskId("implementation", 12, subject, 0),
  planCommentId: 2_912_345_678,
  planCommentUrl: "https://github.com/gregkonush/lab/issues/12#issuecomment-2912345678",
  planCommentBody: "<!-- codex:plan -->\n1. Shout.\n<!-- codex:end -->",
  planSha256: "c0ffee".padEnd(64, "0"),
};

/** What Argo evaluates, what breaks its JSON, and what breaks a shell. */
const hostileText = [
  "{{workflow.name}} {{=workflow.uid}} {{inputs.parameters.stage}} {{steps.x.outputs.result}} {{unclosed",
  "${{ secrets.GITHUB_TOKEN }} $(id) `id` ; rm -rf / # ' \" \\ %s",
  "\u0000\u0007\u000b\u001b[31m\u007f\u2028\u202e\ud800",
  "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} \u{1fae9}",
  "PROMPT\nEOF\n---\nkind: Secret\n<script>&amp;</script>",
].join("\n");

/** The longest and oddest names that the schema lets pass. */
const hostileNames: ImplementationTask = {
  ...implementation,
  repository: `${"a".repeat(37)}-_/${"..-_".repeat(25)}`,
  base: `${"@=+".repeat(66)}/a`,
  head: "null",
  issueUrl: `https://[::1]:8443/${"%7e".repeat(140)}#issuecomment-1`,
  planCommentUrl: `http://${"a".repeat(255)}#L-1`,
  sender: `${"a".repeat(60)}[bot]`,
  issuedAt: "9999-12-31T23:59:59.999999999Z",
  deliveryId: "0".repeat(64),
};

const bigIds: ImplementationTask = {
  ...implementation,
  issueNumber: 999_999_999_999_999,
  repositoryId: Number.MAX_SAFE_INTEGER,
  planCommentId: Number.MAX_SAFE_INTEGER - 1,
  taskId: taskId("implementation", 999_999_999_999_999, subject, Number.MAX_SAFE_INTEGER),
};

/** As large as a message may be, of the character that Argo's event bus blows up most. */
function largest(): ImplementationTask {
  const empty = { ...implementation, issueBody: "" };
  return { ...empty, issueBody: "<".repeat(limits.taskBytes - Buffer.byteLength(serializeTask(empty))) };
}

const texts = { prompt: hostileText, issueTitle: hostileText, issueBody: hostileText };

export const goldenMessages: readonly GoldenMessage[] = Object.entries<Task>({
  "planning from a webhook": planning,
  "planning from the loop, without a delivery id": byTheLoop,
  "implementation from the loop": implementation,
  "implementation from a webhook": { ...implementation, deliveryId: "72d3162e-cc78-11e3-81ab-4c9367dc0958" },
  "empty texts": { ...planning, prompt: "", issueTitle: "", issueBody: "" },
  "planning with hostile texts": { ...planning, ...texts },
  "implementation with hostile texts": { ...implementation, ...texts, planCommentBody: hostileText },
  "the longest and oddest names": hostileNames,
  "the largest ids": bigIds,
  "the largest message": largest(),
}).map(([name, task]) => ({ name, task, json: serializeTask(task) }));
