import { addComment, deleteComment, editComment, minimizeComment } from "./actions/comments.ts";
import {
  deleteIssue,
  editIssue,
  type IssueEdit,
  type NewIssue,
  openIssue,
  setLocked,
  transferIssue,
} from "./actions/issues.ts";
import { addLabels, removeLabel } from "./actions/labels.ts";
import { type NewPullRequest, openPullRequest, type PullIssue } from "./actions/pulls.ts";
import { type Reactable, react, unreact } from "./actions/reactions.ts";
import { renameRepository } from "./actions/repositories.ts";
import type { Comment, Issue, Reaction, ReactionContent, Repository, StateReason, User } from "./store/records.ts";
import type { Store } from "./store/store.ts";

/**
 * What a person does in the browser, with the person's rights. Every method is what GitHub's page does at once: state,
 * times, events and webhooks. @throws {GitHubError} when GitHub would refuse
 */
export function actorFor(store: Store, user: User) {
  const viewer = { user, token: null };
  return {
    user,
    openIssue: (repository: Repository, input: NewIssue): Issue => openIssue(store, viewer, repository, input),
    editIssue: (issue: Issue, edit: Pick<IssueEdit, "title" | "body">): Issue => editIssue(store, viewer, issue, edit),
    closeIssue: (issue: Issue, stateReason: StateReason = "completed"): Issue =>
      editIssue(store, viewer, issue, { state: "closed", stateReason }),
    reopenIssue: (issue: Issue): Issue => editIssue(store, viewer, issue, { state: "open" }),
    /** The new issue in the target; the old record is dead. */
    transferIssue: (issue: Issue, target: Repository): Issue => transferIssue(store, viewer, issue, target),
    deleteIssue: (issue: Issue): void => deleteIssue(store, viewer, issue),
    lockIssue: (issue: Issue): void => setLocked(store, viewer, issue, true),
    unlockIssue: (issue: Issue): void => setLocked(store, viewer, issue, false),
    renameRepository: (repository: Repository, name: string): void => renameRepository(store, repository, name),
    comment: (issue: Issue, body: string): Comment => addComment(store, viewer, issue, body),
    editComment: (comment: Comment, body: string): Comment => editComment(store, viewer, comment, body),
    deleteComment: (comment: Comment): void => deleteComment(store, viewer, comment),
    /** Reason in lower case, as GraphQL shows it; null shows the comment again. */
    minimizeComment: (comment: Comment, reason: string | null = "outdated"): Comment =>
      minimizeComment(store, viewer, comment, reason),
    react: (target: Reactable, content: ReactionContent = "+1"): Reaction =>
      react(store, viewer, target, content).reaction,
    unreact: (target: Reactable, content: ReactionContent = "+1"): void => {
      unreact(store, viewer, target, { content });
    },
    label: (issue: Issue, ...names: string[]): void => {
      addLabels(store, viewer, issue, names);
    },
    unlabel: (issue: Issue, name: string): void => {
      removeLabel(store, viewer, issue, name);
    },
    openPullRequest: (repository: Repository, input: NewPullRequest): Promise<PullIssue> =>
      openPullRequest(store, viewer, repository, input),
  };
}

export type Actor = ReturnType<typeof actorFor>;
