import type { Outcome } from "../outcome.ts";
import { exec, type Move } from "../script.ts";
import type { Change, Draft, Job, Project } from "./job.ts";
import { testCommand } from "./run-tests.ts";
import { survey } from "./survey.ts";

/** The plan, as the planning prompt's schema wants it. */
export interface Plan {
  readonly summary: string;
  readonly steps: readonly { readonly title: string; readonly detail: string }[];
  readonly files: readonly {
    readonly path: string;
    readonly action: "create" | "change" | "delete";
    readonly reason: string;
  }[];
  readonly commands: readonly string[];
  readonly risks: readonly string[];
  readonly tests: readonly string[];
  readonly openQuestions: readonly string[];
}

/** Looks at the repository, changes nothing, and says what would be done. */
export function* makePlan(jobs: readonly Job[], wish: string | undefined): Generator<Move, Plan, Outcome> {
  const seen = yield* survey(jobs);
  if ("error" in seen) {
    return {
      summary: `I could not look at the repository: ${seen.error}`,
      steps: [],
      files: [],
      commands: [],
      risks: ["Nothing could be read, so nothing is known."],
      tests: [],
      openQuestions: ["Can the sandbox run commands at all?"],
    };
  }
  yield exec("git log --oneline -5; git status --short | head -20");
  const { job, draft } = chosen(jobs, seen.project);
  return written(job, draft, seen.project, wish);
}

/** The first job that the project has a place for. */
export function chosen(jobs: readonly Job[], project: Project): { job: Job; draft: Draft } {
  for (const job of jobs) {
    const draft = job.draft(project);
    if (draft !== undefined) return { job, draft };
  }
  throw new Error("no job can be done; the last one must always be possible");
}

const actionOf = ({ before, after }: Change) =>
  before === undefined ? "create" : after === undefined ? "delete" : "change";
const VERB = { create: "Create", change: "Change", delete: "Delete" } as const;

function written(job: Job, draft: Draft, project: Project, wish: string | undefined): Plan {
  const command = testCommand(project);
  const steps = draft.changes.map((change) => ({
    title: `${VERB[actionOf(change)]} \`${change.path}\``,
    detail: `Because ${change.reason}.`,
  }));
  return {
    summary: job.statement,
    steps: [
      ...steps,
      ...(command === undefined ? [] : [{ title: "Run the tests", detail: `\`${command}\`, and read what it says.` }]),
    ],
    files: draft.changes.map((change) => ({ path: change.path, action: actionOf(change), reason: change.reason })),
    commands: command === undefined ? [] : [command],
    risks: [...(draft.risks ?? []), ...(wish === undefined ? [] : [`Planned anew at the request: ${wish}`])],
    tests: [...(draft.tests ?? [])],
    openQuestions: [...(draft.questions ?? [])],
  };
}
