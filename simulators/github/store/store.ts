import { EventEmitter } from "node:events";
import type { HappeningOf } from "./happening.ts";
import { type NodeKind, nodeId } from "./node-id.ts";
import {
  type App,
  type Comment,
  fullName,
  type Issue,
  type Label,
  type Reaction,
  type Repository,
  type User,
} from "./records.ts";

export type Node = User | Repository | Issue | Comment | Reaction | Label;

/**
 * First ids. Those of issues and comments lie above 2^31, as GitHub's do since 2024, so that code which keeps them in
 * 32 bits, or mistakes numbers for ids, shows it here.
 */
const firstIds = {
  user: 1_000_001,
  repository: 700_000_001,
  issue: 2_900_000_001,
  comment: 3_100_000_001,
  reaction: 400_000_001,
  label: 5_000_000_001,
  event: 17_000_000_001,
  pull: 2_400_000_001,
  app: 1_200_001,
  installation: 90_000_001,
  hook: 500_000_001,
  delivery: 80_000_000_001,
  ruleset: 900_001,
} as const;
export type IdKind = keyof typeof firstIds;

/** Everything the simulated GitHub knows, in memory; `actions/` changes it, the APIs read it. */
export class Store {
  /** Where the server listens, without a slash at the end; known once it does. */
  url = "http://127.0.0.1";
  readonly users = new Map<number, User>();
  readonly repositories = new Map<number, Repository>();
  readonly apps = new Map<number, App>();
  readonly nodes = new Map<string, Node>();
  /** Former full names in lower case, each with the id of the repository that bore it. */
  readonly formerNames = new Map<string, number>();
  readonly #ids: Record<IdKind, number> = { ...firstIds };
  readonly #clock: () => Date;
  readonly #emitter = new EventEmitter<{ happening: [HappeningOf]; change: [] }>().setMaxListeners(0);

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  /** The clock in milliseconds, cut to the second: GitHub's stamps have no finer part. */
  now(): number {
    return Math.floor(this.#clock().getTime() / 1000) * 1000;
  }

  nextId(kind: IdKind): number {
    return this.#ids[kind]++;
  }

  /** Claims an id that a test chose, so that later ones differ from it. */
  claimId(kind: IdKind, id: number): void {
    this.#ids[kind] = Math.max(this.#ids[kind], id + 1);
  }

  identify(kind: IdKind & NodeKind): { id: number; nodeId: string } {
    const id = this.nextId(kind);
    return { id, nodeId: nodeId(kind, id) };
  }

  register<N extends Node>(node: N): N {
    this.nodes.set(node.nodeId, node);
    return node;
  }

  userByLogin(login: string): User | undefined {
    const wanted = login.toLowerCase();
    return this.users.values().find((user) => user.login.toLowerCase() === wanted && !user.deleted);
  }

  repositoryByName(owner: string, name: string): Repository | undefined {
    const wanted = `${owner}/${name}`.toLowerCase();
    return this.repositories.values().find((repository) => fullName(repository).toLowerCase() === wanted);
  }

  /** The repository that once had this name, when no other has it now. */
  repositoryByFormerName(owner: string, name: string): Repository | undefined {
    const id = this.formerNames.get(`${owner}/${name}`.toLowerCase());
    return id === undefined ? undefined : this.repositories.get(id);
  }

  comment(repository: Repository, id: number): Comment | undefined {
    for (const issue of repository.issues.values()) {
      const found = issue.comments.find((comment) => comment.id === id);
      if (found) return found;
    }
    return undefined;
  }

  /** Tells listeners of something GitHub has a webhook for. */
  tell(happening: HappeningOf): void {
    this.#emitter.emit("happening", happening);
  }

  /** To be called after every change, webhook or not. */
  changed(): void {
    this.#emitter.emit("change");
  }

  onHappening(listener: (happening: HappeningOf) => void): void {
    this.#emitter.on("happening", listener);
  }

  onChange(listener: () => void): () => void {
    this.#emitter.on("change", listener);
    return () => this.#emitter.off("change", listener);
  }
}
