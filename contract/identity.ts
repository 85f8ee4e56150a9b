import { createHash } from "node:crypto";
import type { Stage } from "./stages.ts";

/**
 * What a stage is about, the last part of its identity.
 * - `issue`: planning because the issue was opened or labelled; the issue itself is the subject.
 * - `command:<id>`: planning because of the `/plan` or `/replan` comment with this numeric id.
 * - `plan:<id>:<planSha256>`: implementation of the plan comment with this id, as its text stood when approved.
 */
export type About = "issue" | `command:${number}` | `plan:${number}:${string}`;

export interface Subject {
  /** GitHub's numeric id; names of repositories change, ids do not. */
  repositoryId: number;
  /** The issue's numeric id, not its number: a transferred issue is another subject. */
  issueId: number;
  stage: Stage;
  about: About;
}

/** 0 for the first try, otherwise the numeric id of the `/retry` comment that asked for this one. */
export type Attempt = number;

function hash(...parts: readonly (string | number)[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** The one identity of a piece of work: it keys branch, comments and pull request. 32 hexadecimal characters. */
export function subjectId(subject: Subject): string {
  const { repositoryId, issueId, stage, about } = subject;
  return hash("subject", repositoryId, issueId, stage, about).slice(0, 32);
}

/**
 * The identity of one try at a subject: Kafka header and name of the Workflow, so a message that comes twice meets the
 * Workflow that is already there. A DNS label (at most 63 characters); the readable part holds only what cannot change.
 */
export function taskId(stage: Stage, issueNumber: number, subject: string, attempt: Attempt): string {
  return `codex-${stage}-${issueNumber}-${hash("task", subject, attempt).slice(0, 16)}`;
}

export const taskIdPattern = /^codex-(planning|implementation)-[1-9][0-9]{0,14}-[0-9a-f]{16}$/;
export const subjectIdPattern = /^[0-9a-f]{32}$/;
export const sha256Pattern = /^[0-9a-f]{64}$/;
export const commitPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Default prefix of our branches (`CODEX_BRANCH_PREFIX`). */
export const defaultBranchPrefix = "codex/issue-";

/** The branch that carries the implementation of a subject: `codex/issue-<n>-<first 8 of the subjectId>`. */
export function branchName(prefix: string, issueNumber: number, implementationSubjectId: string): string {
  return `${prefix}${issueNumber}-${implementationSubjectId.slice(0, 8)}`;
}
