import {
  type About,
  type Comment,
  type CommentPulse,
  type FailureCode,
  type Issue,
  type IssueSnapshot,
  markedComment,
  markers,
  type Outcome,
  type Person,
  planBody,
  type Reaction,
  type Repository,
  type Stage,
} from "@froussard/contract";
import { identify } from "../cause.ts";

/** One issue of the fake: what a snapshot shows of it, and where it is. */
export interface FakeIssue {
  repository: Repository;
  issue: Issue;
  comments: Comment[];
  /** `updated_at`: reactions do not change it. */
  updatedAt: string;
}

/** The automation account of every fake. */
export const bot: Person = { id: 900, login: "codex-automation", type: "User" };
export const owner: Person = { id: 1, login: "octocat", type: "User" };
export const stranger: Person = { id: 2, login: "stranger", type: "User" };
export const otherBot: Person = { id: 3, login: "some-app[bot]", type: "Bot" };

/**
 * GitHub in memory, in the terms of {@link IssueSnapshot}: ids grow, stamps have whole seconds, reactions change no
 * time stamp, edits set editor and edit time, a transferred issue is another issue with the old comments.
 */
export class FakeGitHub {
  readonly issues: FakeIssue[] = [];
  #now: Date;
  #lastId = 1000;
  readonly #formerNames = new Map<string, Repository>();

  constructor(now = new Date("2026-03-01T12:00:00Z")) {
    this.#now = now;
  }

  get now(): Date {
    return this.#now;
  }

  set now(time: Date) {
    this.#now = time;
  }

  /** Lets seconds pass. */
  wait(seconds: number): this {
    this.#now = new Date(this.#now.getTime() + seconds * 1000);
    return this;
  }

  repository(nameWithOwner: string, more: Partial<Repository> = {}): Repository {
    const defaultBranch = { name: "main", commit: "c".repeat(40) };
    return { id: this.#id(), nameWithOwner, isPrivate: false, isArchived: false, defaultBranch, ...more };
  }

  open(repository: Repository, by: Person | undefined, more: Partial<Issue> = {}): FakeIssue {
    const number = this.issues.filter((each) => each.repository === repository).length + 1;
    const id = this.#id();
    const opened: FakeIssue = {
      repository,
      updatedAt: this.#stamp(),
      comments: [],
      issue: {
        id,
        nodeId: `I_${id}`,
        number,
        url: `https://github.com/${repository.nameWithOwner}/issues/${number}`,
        title: "Make it blue",
        body: "It is red.",
        state: "OPEN",
        createdAt: this.#stamp(),
        ...(by && { author: by }),
        labels: [],
        labelEvents: [],
        reactions: [],
        ...more,
      },
    };
    this.issues.push(opened);
    return opened;
  }

  comment(on: FakeIssue, by: Person, body: string): Comment {
    const id = this.#id();
    const comment: Comment = {
      id,
      nodeId: `C_${id}`,
      url: `${on.issue.url}#issuecomment-${id}`,
      body,
      createdAt: this.#stamp(),
      author: by,
      viewerDidAuthor: by === bot,
      isMinimized: false,
      reactions: [],
    };
    on.comments.push(comment);
    on.updatedAt = this.#stamp();
    return comment;
  }

  edit(comment: Comment, by: Person, body: string): void {
    Object.assign(comment, { body, editor: by, lastEditedAt: this.#stamp() });
    const on = this.issues.find(({ comments }) => comments.includes(comment));
    if (on) on.updatedAt = this.#stamp();
  }

  /** Reacts once, as on GitHub: a second time changes nothing. */
  react(target: { reactions: Reaction[] }, by: Person, content = "THUMBS_UP"): void {
    if (target.reactions.some((each) => each.content === content && each.user?.id === by.id)) return;
    target.reactions.unshift({ content, createdAt: this.#stamp(), user: by });
  }

  unreact(target: { reactions: Reaction[] }, by: Person, content = "THUMBS_UP"): void {
    target.reactions = target.reactions.filter((each) => each.content !== content || each.user?.id !== by.id);
  }

  label(on: FakeIssue, by: Person, label: string): void {
    if (!on.issue.labels.includes(label)) on.issue.labels.push(label);
    on.issue.labelEvents.push({ label, createdAt: this.#stamp(), actor: by });
    on.updatedAt = this.#stamp();
  }

  setState(on: FakeIssue, state: Issue["state"]): void {
    on.issue.state = state;
    if (state === "CLOSED") on.issue.closedAt = this.#stamp();
    on.updatedAt = this.#stamp();
  }

  /** The old name leads to the repository from now on, as on GitHub. */
  rename(repository: Repository, nameWithOwner: string): void {
    this.#formerNames.set(repository.nameWithOwner, repository);
    repository.nameWithOwner = nameWithOwner;
  }

  find(nameWithOwner: string, issueNumber: number): FakeIssue | undefined {
    const former = this.#formerNames.get(nameWithOwner);
    return this.issues.find(
      ({ repository, issue }) =>
        issue.number === issueNumber && (repository.nameWithOwner === nameWithOwner || repository === former),
    );
  }

  /** Moves the issue: a new issue with the old comments, which get new ids; the old one is gone. */
  transfer(on: FakeIssue, to: Repository): FakeIssue {
    const moved = this.open(to, on.issue.author, { title: on.issue.title, body: on.issue.body });
    moved.comments = on.comments.map((comment) => ({ ...comment, id: this.#id() }));
    this.issues.splice(this.issues.indexOf(on), 1);
    return moved;
  }

  /** What the runner would post for a planning subject. */
  plan(on: FakeIssue, about: About = "issue", text = "1. Paint it.", attempt = 0): Comment {
    const ids = this.#ids(on, "planning", about, attempt);
    const body = planBody(
      text,
      {
        repositoryId: on.repository.id,
        issueId: on.issue.id,
        about,
        ...ids,
        baseCommit: "c".repeat(40),
        issueTextSha256: "d".repeat(64),
      },
      "React with 👍 to approve.",
    );
    return this.comment(on, bot, body);
  }

  progress(on: FakeIssue, stage: Stage, about: About, attempt = 0): Comment {
    const ids = { ...this.#ids(on, stage, about, attempt), about, stage };
    return this.comment(on, bot, markedComment(markers.progress, ids, "Working."));
  }

  result(on: FakeIssue, stage: Stage, about: About, outcome: Outcome, code?: FailureCode, attempt = 0): Comment {
    const ids = { ...this.#ids(on, stage, about, attempt), about, stage, outcome, ...(code && { code }) };
    return this.comment(on, bot, markedComment(markers.result, ids, "Ended."));
  }

  /** A copy, as reading GitHub gives one. */
  snapshot({ repository, issue, comments }: FakeIssue): IssueSnapshot {
    const viewer = { id: bot.id ?? 0, login: bot.login };
    return structuredClone({ viewer, repository, issue, comments });
  }

  pulse(ids: readonly string[]): CommentPulse[] {
    const comments = this.issues.flatMap((each) => each.comments).filter(({ nodeId }) => ids.includes(nodeId));
    return structuredClone(comments).map((comment) => ({
      ...comment,
      reactions: comment.reactions.filter(({ content }) => content === "THUMBS_UP").slice(0, 100),
      more: comment.reactions.filter(({ content }) => content === "THUMBS_UP").length > 100,
    }));
  }

  #ids(on: FakeIssue, stage: Stage, about: About, attempt: number) {
    const where = { repositoryId: on.repository.id, issueId: on.issue.id, issueNumber: on.issue.number };
    return identify(where, { stage, about, attempt });
  }

  #id(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  #stamp(): string {
    return this.#now.toISOString().replace(/\.\d{3}Z$/, "Z");
  }
}
