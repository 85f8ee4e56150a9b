import { commandOf, type IssueSnapshot, type Plan, type Policy, readPlans } from "@froussard/contract";
import { type FrozenInput, freezeInput } from "../input/frozen-input.ts";
import type { Cause } from "./identify-task.ts";

/** The texts that a plan is made from: the issue and, for a `/replan`, the request and the plan it is about. */
export function planningInputs(snapshot: IssueSnapshot, policy: Policy, command: Cause["comment"]): FrozenInput[] {
  const inputs = issueInputs(snapshot);
  const request = command && commandOf(command, policy);
  if (!command || request?.name !== "replan") return inputs;
  const earlier = readPlans(snapshot).findLast(({ comment }) => comment.id < command.id);
  return [
    ...inputs,
    ...(earlier ? [planInput(earlier)] : []),
    freezeInput("replan-request", request.request, command.author),
  ];
}

/** The approved plan; the issue too, unless it was edited since: then the plan alone rules (design §6, rule 6). */
export function implementationInputs(snapshot: IssueSnapshot, plan: Plan, issueEdited: boolean): FrozenInput[] {
  return [...(issueEdited ? [] : issueInputs(snapshot)), planInput(plan)];
}

function issueInputs({ issue }: IssueSnapshot): FrozenInput[] {
  const { author } = issue;
  return [freezeInput("issue-title", issue.title, author), freezeInput("issue-body", issue.body, author)];
}

function planInput({ comment, text }: Plan): FrozenInput {
  return freezeInput("plan", text.trim(), comment.editor ?? comment.author);
}
