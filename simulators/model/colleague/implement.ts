import type { Outcome } from "../outcome.ts";
import { exec, type Move, say } from "../script.ts";
import { carryOut, type Refused } from "./carry-out.ts";
import type { Job } from "./job.ts";
import { chosen } from "./plan.ts";
import { runTests, type TestRun } from "./run-tests.ts";
import { survey } from "./survey.ts";

/** What was done, as the implementation prompt's schema wants it. */
export interface Report {
  readonly title: string;
  readonly summary: string;
  readonly tests: readonly string[];
}

const STEPS = ["Read the code", "Make the changes", "Run the tests", "Look at the result"] as const;

/** Works on the repository, tests it, looks at the result, and says honestly how it went. */
export function* implement(jobs: readonly Job[]): Generator<Move, Report, Outcome> {
  yield todo(0);
  const seen = yield* survey(jobs);
  if ("error" in seen) {
    return {
      title: "No change: the repository could not be read",
      summary: `I could not look at the repository: ${seen.error} Nothing was changed.`,
      tests: [],
    };
  }
  const { job, draft } = chosen(jobs, seen.project);
  yield todo(1);
  yield say(`${job.title}: ${draft.changes.length} ${draft.changes.length === 1 ? "file" : "files"} to change.`);
  const refused = yield* carryOut(draft.changes);
  yield todo(2);
  const tested = yield* runTests(seen.project);
  yield todo(3);
  const status = yield exec("git status --short && git diff --stat");
  yield todo(4);
  const open = draft.questions ?? [];
  return {
    title: job.title,
    summary: [told(job, draft.changes.length, refused, status), ...open.map((question) => `Open: ${question}`)].join(
      "\n\n",
    ),
    tests: testsOf(tested),
  };
}

const todo = (done: number): Move => ({
  kind: "todo",
  steps: STEPS.map((step, index) => ({
    step,
    status: index < done ? "completed" : index === done ? "in_progress" : "pending",
  })),
});

function told(job: Job, changes: number, refused: readonly Refused[], status: Outcome): string {
  if (refused.length === changes && changes > 0) return `Nothing could be written: ${refused[0]?.why ?? "unknown"}`;
  const missing = refused.map(({ path, why }) => `\`${path}\` could not be written: ${why}`);
  const unseen = status.ok ? [] : ["The result could not be looked at."];
  return [job.statement, ...missing, ...unseen].join("\n\n");
}

const testsOf = (run: TestRun | undefined): string[] => [
  run?.summary ?? "The project has no tests that I could find; nothing was run.",
];
