/** An issue as GitHub shows it at one moment: everything that the rules of approval look at, and nothing else. */
export interface IssueSnapshot {
  /** Our own account, the one that writes comments. */
  viewer: { id: number; login: string };
  repository: Repository;
  issue: Issue;
  /** All comments, oldest first. */
  comments: Comment[];
}

export interface Repository {
  /** Numeric id: stays when the repository is renamed. */
  id: number;
  /** `owner/name` as it is now. */
  nameWithOwner: string;
  isPrivate: boolean;
  isArchived: boolean;
  /** Absent in an empty repository. */
  defaultBranch?: { name: string; commit: string };
}

/** An account; absent wherever GitHub shows a deleted one ("ghost"). `id` is absent for types that have none. */
export interface Person {
  id?: number;
  login: string;
  /** GraphQL's type name; only `User` may decide anything. */
  type: string;
}

export interface Reaction {
  /** GraphQL's name: `THUMBS_UP`, `EYES`, `ROCKET`, … */
  content: string;
  /** ISO 8601, whole seconds. */
  createdAt: string;
  user?: Person;
}

export interface Issue {
  id: number;
  nodeId: string;
  number: number;
  url: string;
  title: string;
  body: string;
  state: "OPEN" | "CLOSED";
  createdAt: string;
  /** When it was last closed, also when it has been reopened since. */
  closedAt?: string;
  author?: Person;
  labels: string[];
  /** When labels were put on, oldest first; the last one of a label counts. */
  labelEvents: { label: string; createdAt: string; actor?: Person }[];
  reactions: Reaction[];
}

export interface Comment {
  id: number;
  nodeId: string;
  url: string;
  body: string;
  createdAt: string;
  /** Absent when the body was never edited. */
  lastEditedAt?: string;
  editor?: Person;
  author?: Person;
  /** GitHub's word that our account wrote it. */
  viewerDidAuthor: boolean;
  isMinimized: boolean;
  reactions: Reaction[];
}

/** The subset of a comment that changes without changing the issue's time stamp; asked for often and cheaply. */
export type CommentPulse = Pick<
  Comment,
  "id" | "nodeId" | "body" | "lastEditedAt" | "editor" | "isMinimized" | "reactions"
> & {
  /** Whether there are more 👍 than the newest hundred that were read: only a whole snapshot tells then. */
  more: boolean;
};
