import type { KeyObject } from "node:crypto";

/** What the simulated GitHub remembers. Times are milliseconds, always whole seconds, as GitHub stamps them. */

export type Role = "admin" | "maintain" | "write" | "triage" | "read";
export const reactionContents = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"] as const;
export type ReactionContent = (typeof reactionContents)[number];

export interface User {
  readonly kind: "user";
  readonly id: number;
  readonly nodeId: string;
  login: string;
  readonly type: "User" | "Bot" | "Organization";
  readonly createdAt: number;
  /** A deleted account: REST shows `ghost`, GraphQL null. */
  deleted: boolean;
  /** Present on the account that a GitHub App acts by. */
  readonly app?: App;
}

export interface Label {
  readonly kind: "label";
  readonly id: number;
  readonly nodeId: string;
  name: string;
  color: string;
  description: string | null;
  readonly createdAt: number;
}

export interface Reaction {
  readonly kind: "reaction";
  readonly id: number;
  readonly nodeId: string;
  readonly content: ReactionContent;
  readonly user: User;
  readonly createdAt: number;
}

/** Text of a person that can be edited and reacted to: an issue's first text, or a comment. */
export interface Authored {
  readonly author: User;
  body: string | null;
  readonly createdAt: number;
  updatedAt: number;
  lastEditedAt: number | null;
  editor: User | null;
  reactions: Reaction[];
}

export interface Comment extends Authored {
  readonly kind: "comment";
  readonly id: number;
  readonly nodeId: string;
  readonly issue: Issue;
  minimizedReason: string | null;
}

export interface IssueEvent {
  readonly id: number;
  readonly nodeId: string;
  readonly event: "labeled" | "unlabeled" | "closed" | "reopened" | "renamed" | "locked" | "unlocked" | "transferred";
  readonly actor: User;
  readonly createdAt: number;
  readonly label?: Label;
  readonly rename?: { from: string; to: string };
}

export interface PullRequest {
  readonly id: number;
  readonly nodeId: string;
  headBranch: string;
  headSha: string;
  baseBranch: string;
  baseSha: string;
  draft: boolean;
}

export type StateReason = "completed" | "not_planned" | "duplicate" | "reopened";

export interface Issue extends Authored {
  readonly kind: "issue";
  readonly id: number;
  readonly nodeId: string;
  readonly repository: Repository;
  readonly number: number;
  title: string;
  state: "open" | "closed";
  stateReason: StateReason | null;
  closedAt: number | null;
  closedBy: User | null;
  locked: boolean;
  labels: Label[];
  comments: Comment[];
  events: IssueEvent[];
  /** Present when this is a pull request: the two share one sequence of numbers. */
  readonly pull: PullRequest | null;
}

export interface Repository {
  readonly kind: "repository";
  readonly id: number;
  readonly nodeId: string;
  readonly owner: User;
  name: string;
  private: boolean;
  archived: boolean;
  /** False when the owner switched issues off. */
  hasIssues: boolean;
  defaultBranch: string;
  readonly collaborators: Map<number, Role>;
  readonly protectedBranches: Set<string>;
  readonly rulesets: Ruleset[];
  readonly createdAt: number;
  updatedAt: number;
  pushedAt: number;
  /** The bare git repository. */
  readonly folder: string;
  nextNumber: number;
  readonly issues: Map<number, Issue>;
  readonly labels: Map<string, Label>;
  /** Numbers of issues that left by transfer, and what they became. */
  readonly transferred: Map<number, Issue>;
  readonly deletedNumbers: Set<number>;
}

/** Rules for branches, as the repository's settings have them. They are told, and not enforced: see `protectedBranches`. */
export interface Ruleset {
  readonly id: number;
  readonly name: string;
  /** `~ALL`, `~DEFAULT_BRANCH`, or patterns of whole refs such as `refs/heads/codex/**`. */
  readonly include: readonly string[];
  /** In GitHub's words: `creation`, `pull_request` and so on, with their parameters. */
  readonly rules: readonly { readonly type: string; readonly parameters?: Readonly<Record<string, unknown>> }[];
  /** Whom the rules do not bind. */
  readonly bypass: ReadonlySet<number>;
}

/** What fine-grained tokens are granted, in GitHub's words. */
export const permissionNames = [
  "metadata",
  "contents",
  "issues",
  "pull_requests",
  "administration",
  "repository_hooks",
  "organization_hooks",
  "workflows",
] as const;
export type Permission = (typeof permissionNames)[number];
export type Level = "read" | "write";
export type Permissions = Readonly<Partial<Record<Permission, Level>>>;

export interface App {
  readonly id: number;
  readonly nodeId: string;
  readonly clientId: string;
  readonly slug: string;
  readonly owner: User;
  readonly permissions: Permissions;
  readonly publicKey: KeyObject;
  readonly createdAt: number;
  readonly installations: Installation[];
}

/** An App on an account. */
export interface Installation {
  readonly id: number;
  readonly app: App;
  readonly account: User;
  /** Ids of the repositories that were chosen; null is all of the account's. */
  repositories: Set<number> | null;
  /** What was granted: less than the App asks for until somebody accepts. */
  permissions: Permissions;
  /** How long new tokens are good for, seconds. */
  tokenSeconds: number;
  readonly createdAt: number;
  suspendedAt: number | null;
  removed: boolean;
}

export interface Token {
  readonly value: string;
  readonly user: User;
  /** Present on a classic token. */
  readonly scopes: readonly string[] | null;
  /** Present on a fine-grained token. */
  readonly permissions: Permissions | null;
  /** Full names or ids a fine-grained token was limited to; null is all of the user's. */
  readonly repositories: ReadonlySet<number> | null;
  /** Present on the token of an App's installation. */
  readonly installation: Installation | null;
  /** Milliseconds. */
  readonly expiresAt: number | null;
  revoked: boolean;
}

/** Who asks, and with what: a person in the browser has no token. */
export interface Viewer {
  readonly user: User | null;
  readonly token: Token | null;
  /** The App that signed in as itself, by its key; nobody then acts. */
  readonly app?: App;
}

export const fullName = (repository: Repository): string => `${repository.owner.login}/${repository.name}`;
