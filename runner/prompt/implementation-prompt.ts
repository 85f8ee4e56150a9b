import type { ChangeRules } from "../git/change-rules.ts";
import type { FrozenInput } from "../input/frozen-input.ts";
import { changeLimits, dataRules, numbered } from "./rules.ts";
import { section } from "./section.ts";

export interface ImplementationPromptInput {
  /** `owner/name`, shown only. */
  repository: string;
  /** 0 in a dry run without an issue. */
  issueNumber: number;
  base: { branch: string; commit: string };
  /** The approved plan and, unless it was edited since, the issue that the plan was made from. */
  inputs: readonly FrozenInput[];
  changes: ChangeRules;
}

const rules = (changes: ChangeRules) => [
  "Carry out the approved plan in section plan, all of it and nothing else. Where it leaves a detail open, choose what fits the code that is there. Where the plan and the issue differ, the plan is what was approved.",
  "If a step turns out to be impossible or wrong, do the rest, leave that step out and say so in the summary.",
  "Work in the current folder only. Do not commit, do not push, do not switch branches, and do not try to reach GitHub: your change is read from the working copy when you are done, and others publish it.",
  `${changeLimits(changes)} A change that does so is refused as a whole: leave such a part out, even where the plan names it, and say so in the summary.`,
  "Leave no traces of your work behind: no temporary files, no build output, no downloaded packages in places that the project does not ignore.",
  "Write the tests that the plan names, run the project's tests, and repair what your change breaks. If tests cannot be run here or still fail, say so plainly.",
];

const answer = `When you are done, answer with one JSON object and nothing else, with exactly these fields:
- title: one line for the pull request, in the imperative, without issue numbers
- summary: what you changed and why, what differs from the plan, and what a reviewer should look at
- tests: the tests and checks you ran, each with its result`;

/** What Codex is asked in the implementation stage. Pure: the same input gives the same text. */
export function implementationPrompt(input: ImplementationPromptInput): string {
  const { repository, issueNumber, base, inputs, changes } = input;
  const issue = issueNumber > 0 ? `issue #${issueNumber}` : "an issue";
  return [
    `You are an experienced engineer who changes the repository ${repository}, which is checked out in the current folder at commit ${base.commit} of branch ${base.branch}. A maintainer has approved a plan for ${issue}, and your change becomes a draft pull request that the maintainer reviews.`,
    `Rules:\n${numbered([...rules(changes), ...dataRules])}`,
    ...inputs.map(section),
    answer,
  ].join("\n\n");
}
