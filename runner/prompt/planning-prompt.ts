import type { ChangeRules } from "../git/change-rules.ts";
import type { FrozenInput } from "../input/frozen-input.ts";
import { changeLimits, dataRules, numbered } from "./rules.ts";
import { section } from "./section.ts";

export interface PlanningPromptInput {
  /** `owner/name`, shown only. */
  repository: string;
  /** 0 in a dry run without an issue. */
  issueNumber: number;
  base: { branch: string; commit: string };
  /** Title, body and, when another plan was asked for, that request and the plan it is about. */
  inputs: readonly FrozenInput[];
  changes: ChangeRules;
}

const rules = (changes: ChangeRules) => [
  "You only read. Do not create, change or delete files, and do not try to reach GitHub: the plan is your answer, and others publish it.",
  "Find out how the code really works before you plan: read the files that matter, their tests and the project's own instructions, and search for every place that a change would touch.",
  "Plan the smallest change that does what the issue asks for, in the style of the code that is there. Name real paths, relative to the repository's root.",
  "The plan must be complete enough that somebody else can carry it out without asking, and short enough that a maintainer reads all of it.",
  `${changeLimits(changes)} Promise no such part: plan without it, and name in risks what a person has to do by hand.`,
  "Put into openQuestions only what a maintainer must decide. If the issue cannot be done as it is written, say so in the summary and plan what can be done.",
];

const answer = `Answer with one JSON object and nothing else, with exactly these fields:
- summary: what will be different for users, and the approach, in a few sentences
- steps: the work in order, each {title, detail}
- files: each file to be touched, {path, action: "create" | "change" | "delete", reason}
- commands: commands that the work needs, such as those that run the tests
- risks: what could go wrong or break
- tests: what tests will be added or changed, and what they show
- openQuestions: decisions for the maintainer; an empty list when there are none`;

/** What Codex is asked in the planning stage. Pure: the same input gives the same text. */
export function planningPrompt({ repository, issueNumber, base, inputs, changes }: PlanningPromptInput): string {
  const replan = inputs.some(({ name }) => name === "replan-request");
  const task = replan
    ? "A maintainer has read an earlier plan for this issue and asks for another one. Make a whole new plan that follows the request (section replan-request); the earlier plan is in section plan, if there was one."
    : "Make a plan that resolves the issue.";
  return [
    `You are an experienced engineer who plans a change to the repository ${repository}, which is checked out in the current folder at commit ${base.commit} of branch ${base.branch}. ${task} A maintainer will approve or reject your plan, and an approved plan is carried out exactly as it stands.`,
    `Rules:\n${numbered([...rules(changes), ...dataRules])}`,
    issueNumber > 0 ? `Issue #${issueNumber}:` : "The issue:",
    ...inputs.map(section),
    answer,
  ].join("\n\n");
}
