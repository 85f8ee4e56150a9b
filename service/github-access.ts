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

/** A webhook of a repository or of an organization. */
export type GitHubHook = { id: number } & ({ repository: string } | { organization: string });

/** One attempt to deliver a webhook; all attempts at one delivery have its GUID. */
export interface HookDelivery {
  /** Digits: GitHub's ids of attempts are larger than a number can hold exactly. */
  id: string;
  /** The delivery id, as the webhook's header names it. */
  guid: string;
  /** ISO 8601. */
  deliveredAt: string;
  /** Somebody asked for this attempt. */
  redelivery: boolean;
  /** Whether it was answered 2xx. */
  ok: boolean;
  /** What the answer was; 0 when there was none. GitHub writes 5xx for some reasons why there was none. */
  statusCode: number;
}

/** What the service asks of GitHub about webhooks; it takes a permission of its own. */
export interface HookAccess {
  /** Attempts of the last days, newest first; `next` is the cursor of the following page. */
  listDeliveries(hook: GitHubHook, cursor: string | undefined): Promise<{ deliveries: HookDelivery[]; next?: string }>;
  /** Has a delivery sent again. Not repeated by itself: its answer may be lost after GitHub took it. */
  redeliver(hook: GitHubHook, deliveryId: string): Promise<void>;
}

/** What the service asks of GitHub and does there. Reads reject on failures; each call has a time limit. */
export interface GitHubAccess extends HookAccess {
  /** The issue as it stands; undefined when there is none, or the number is a pull request's. */
  readIssue(repository: string, issueNumber: number, signal?: AbortSignal): Promise<IssueSnapshot | undefined>;
  /** Up to 100 comments by node id; deleted ones are missing. */
  readPulse(nodeIds: readonly string[]): Promise<CommentPulse[]>;
  /** Issues (no pull requests) updated since; "unchanged" when the answer would be the one of `etag`. */
  listChanges(repository: string, since: string, etag: string | undefined): Promise<Changes | "unchanged">;
  /** Open issues on which something of ours stands or a command may wait, whatever their age. */
  listPending(repository: string): AsyncIterable<number[]>;
  /** `owner/name` of all repositories that the token may see as owner, collaborator or member, or the App is installed on. */
  listRepositories(): Promise<string[]>;
  /** Whether runs may push with the same account. @throws Error when the repository is not there as far as the token may see */
  mayPush(repository: string): Promise<boolean>;
  addMark(mark: Mark): Promise<void>;
  /** Not repeated by itself: its answer may be lost after the comment was made. */
  createComment(repository: string, issueNumber: number, body: string): Promise<void>;
  minimize(nodeId: string): Promise<void>;
  /** Makes `label` the only one of the state labels on an issue that shows the labels `present`. */
  setStateLabel(repository: string, issueNumber: number, label: string, present: readonly string[]): Promise<void>;
}
