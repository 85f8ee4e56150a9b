import type { Comment, Issue, Label, Repository, User } from "./records.ts";

interface Scene {
  readonly repository: Repository;
  readonly sender: User;
}
export type EditChanges = { title?: { from: string }; body?: { from: string } };

/** What happened, for webhooks: named by GitHub's event and action. */
export type HappeningOf = Scene &
  (
    | { event: "issues"; action: "opened"; issue: Issue; from?: { issue: Issue; repository: Repository } }
    | { event: "issues"; action: "edited"; issue: Issue; changes: EditChanges }
    | { event: "issues"; action: "closed" | "reopened" | "deleted" | "locked" | "unlocked"; issue: Issue }
    | { event: "issues"; action: "labeled" | "unlabeled"; issue: Issue; label: Label }
    | { event: "issues"; action: "transferred"; issue: Issue; to: { issue: Issue; repository: Repository } }
    | { event: "issue_comment"; action: "created" | "deleted"; issue: Issue; comment: Comment }
    | { event: "issue_comment"; action: "edited"; issue: Issue; comment: Comment; changes: EditChanges }
    | { event: "pull_request"; action: "opened" | "closed" | "reopened"; issue: Issue }
  );
