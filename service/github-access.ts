import type { CommentPulse, IssueSnapshot } from "@froussard/contract";
import type { Mark } from "./cause.ts";

/** An issue as the list of changes shows it; `fingerprint` differs when anything that matters here does. */
export interface ChangedIssue {
  number: number;
  open: boolean;
  updatedAt: string;
  fingerprint: string;
}

export interface Changes {
  issues: ChangedIssue[];
  /** To be sent with the same question next time. */
  etag?: string;
}

/** Points (GraphQL) or requests (REST) that a token has left. */
export interface Allowance {
  kind: "graphql" | "rest";
  remaining: number;
  /** ISO 8601. */
  resetAt: string;
  /** Points of this one query; 0 for REST. */
  cost: number;
}

/** What the service asks of GitHub and does there. Reads reject on failures; each call has a time limit. */
export interface GitHubAccess {
  /** The issue as it stands; undefined when there is none, or the number is a pull request's. */
  readIssue(repository: string, issueNumber: number, signal?: AbortSignal): Promise<IssueSnapshot | undefined>;
  /** Up to 100 comments by node id; deleted ones are missing. */
  readPulse(nodeIds: readonly string[]): Promise<CommentPulse[]>;
  /** Issues (no pull requests) updated since; "unchanged" when the answer would be the one of `etag`. */
  listChanges(repository: string, since: string, etag: string | undefined): Promise<Changes | "unchanged">;
  /** Open issues on which something of ours stands or a command may wait, whatever their age. */
  listPending(repository: string): AsyncIterable<number[]>;
  /** `owner/name` of all repositories that the token may see as owner, collaborator or member. */
  listRepositories(): Promise<string[]>;
  /** Whether the token may push. @throws Error when the repository is not there as far as the token may see */
  mayPush(repository: string): Promise<boolean>;
  addMark(mark: Mark): Promise<void>;
  /** Not repeated by itself: its answer may be lost after the comment was made. */
  createComment(repository: string, issueNumber: number, body: string): Promise<void>;
  minimize(nodeId: string): Promise<void>;
  /** Makes `label` the only one of the state labels on an issue that shows the labels `present`. */
  setStateLabel(repository: string, issueNumber: number, label: string, present: readonly string[]): Promise<void>;
}
