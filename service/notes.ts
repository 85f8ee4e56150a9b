import { codes, type FailureCode, limits, markedComment, markers, type RunIds } from "@froussard/contract";

/** Questions and hints to people; each is said once per cause. */
export const notes = {
  "no-plan":
    "There is no plan on this issue yet, so there is nothing to approve. Approve the plan once it stands here.",
  "wrong-hash":
    "The hash does not belong to the plan as it stands now, so nothing was started. Read the current plan again, then react to it with 👍 or comment `/approve`.",
  "too-early":
    "This approval is not younger than the plan or its last edit, so nothing was started. Read the plan as it stands now, then react to it with 👍 or comment `/approve` again.",
  "which-plan":
    "Two plans stood here, and one of them is hidden now, so nothing was started. React with 👍 to the plan that is meant.",
  "plan-edited":
    "The plan was last edited by somebody who may not approve, so nothing was started. Ask for another with `/replan <what to change>`; or edit the plan yourself until it says what you want, and then react to it with 👍 or comment `/approve`.",
  "plan-hidden":
    "The plan is hidden, so nothing was started. Show it again, and this approval counts; or ask for another plan with `/replan <what to change>`.",
  superseded:
    "The plan that this approval meant is no longer the current one, so nothing was started. Read the newest plan, then react to it with 👍 or comment `/approve`; `/cancel` takes back a `/replan`.",
  "approved-again":
    "The run of this plan has ended without a pull request, and approving the plan again does not start another by itself. Comment `/retry` to have it carried out again, or ask for another plan with `/replan <what to change>`.",
  "unfit-task":
    "This cannot be handed over: a name in it, most likely the base branch's, holds characters that are not let through. Rename the branch, or set `CODEX_BASE_BRANCH` to another; within the hour after that it is started by itself.",
  "plan-exists":
    "A plan stands on this issue already. Approve it with 👍, or ask for another with `/replan <what to change>`.",
  "already-running":
    "Work on this issue is under way already, so nothing was started. Wait for its end, or stop it with `/cancel`.",
  "edited-request":
    "This `/replan` was edited, and an edited comment is no command; the plan before it waits all the same. Comment `/replan <what to change>` again, or `/cancel` to return to the plan as it was.",
  "nothing-to-retry":
    "The last thing that happened here was no failure, so there is nothing to try again. Ask for another plan with `/replan <what to change>`.",
  "not-approved":
    "The plan of the run that failed is not approved as it stands, so it was not started again. React to the plan with 👍 or comment `/approve`; the `/retry` then counts.",
} as const;
export type NoteCode = keyof typeof notes;

/** Something to say on the issue: a note, once per cause, or the failure of a task that nobody else can tell. */
export type Tell =
  | { kind: "note"; cause: string; code: NoteCode }
  | { kind: "failure"; ids: RunIds & { code: FailureCode } };

/** The body of the comment that says it. */
export function tellBody(tell: Tell): string {
  if (tell.kind === "note")
    return markedComment(markers.note, { cause: tell.cause, code: tell.code }, notes[tell.code]);
  const { outcome, text, next, ...rest } = codes[tell.ids.code];
  // As the runner words the ends that it tells.
  const parts = [
    `${outcome === "failed" ? "❌" : "⏹️"} **${text}** (${minutes(tell.ids.code)}\`${tell.ids.code}\`).`,
    `**Next:** ${next}`,
    ...("command" in rest ? [`\`\`\`\n${rest.command}\n\`\`\``] : []),
  ];
  return markedComment(markers.result, { ...tell.ids, outcome }, parts.join("\n\n"));
}

function minutes(code: FailureCode): string {
  return code === "not-started" ? `${limits.abandonMinutes} minutes, ` : "";
}
