import { codes, type FailureCode, type Outcome, type Stage } from "@froussard/contract";
import type { NextStep } from "./event.ts";

interface End {
  stage: Stage;
  outcome: Outcome;
  code?: FailureCode | undefined;
  issueUrl: string;
  planCommentUrl?: string | undefined;
  pullRequestUrl?: string | undefined;
}

/** What happened, and the one thing that a person can do now; of failures what {@link codes} says. */
export function nextStep(end: End): { summary: string; next: NextStep } {
  const { stage, outcome, code, issueUrl, planCommentUrl, pullRequestUrl } = end;
  if (outcome !== "done") {
    const { text, next } = codes[code ?? "internal"];
    return { summary: plain(text), next: { text: plain(next), url: issueUrl } };
  }
  if (stage === "planning") return { summary: "The plan is there", next: approval(planCommentUrl ?? issueUrl) };
  return {
    summary: "The draft pull request is there",
    next: { text: "Review the draft pull request.", url: pullRequestUrl ?? issueUrl },
  };
}

export function approval(url: string): NextStep {
  return { text: "Read the plan, and react to it with 👍.", url };
}

/** The codes' texts are written for comments; a terminal shows no Markdown. */
function plain(text: string): string {
  return text.replaceAll("`", "");
}
