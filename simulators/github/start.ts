import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hono } from "hono";
import { type Listening, originOf } from "../listening.ts";
import { isPull, type PullIssue } from "./actions/pulls.ts";
import { addRepository, identityOf, type NewRepository } from "./actions/repositories.ts";
import { addUser, type NewUser } from "./actions/users.ts";
import { type Actor, actorFor } from "./actor.ts";
import { addApp, install, type NewApp, type NewInstallation } from "./apps/add-app.ts";
import { commitFiles, type Files, writeProtectedBranches } from "./git/bare-repository.ts";
import { graphqlApp } from "./graphql/app.ts";
import type { Exchange } from "./http/exchange.ts";
import { Faults } from "./http/faults.ts";
import { RateLimits, type Resource } from "./http/rate-limits.ts";
import { type TokenOptions, Tokens } from "./http/tokens.ts";
import { pagesApp } from "./pages/app.ts";
import type { Welcome } from "./pages/welcome.ts";
import { apiUrl } from "./present/user.ts";
import { type Answer, restApp } from "./rest/app.ts";
import type { Env } from "./rest/context.ts";
import { githubServer } from "./server.ts";
import {
  type App,
  type Comment,
  fullName,
  type Installation,
  type Issue,
  type Repository,
  type Ruleset,
  type User,
} from "./store/records.ts";
import { Store } from "./store/store.ts";
import type { WebhookFaults } from "./webhooks/faults.ts";
import { type Delivery, type Hook, Hooks } from "./webhooks/hooks.ts";

export interface StartOptions extends Listening {
  /** @default a free one */
  port?: number;
  /** Where the bare git repositories go. @default a temporary folder, removed by `close` */
  folder?: string;
  /** @default the machine's */
  clock?: () => Date;
  /** What the pages suggest to a newcomer. @default nothing */
  welcome?: Welcome;
}

export type NewRuleset = Pick<Ruleset, "name" | "include" | "rules"> & { bypass?: readonly string[] };

export interface GitHubSimulator {
  /** `http://127.0.0.1:<port>`, or as {@link Listening} says; git and pages lie below it. */
  readonly url: string;
  /** `<url>/api/v3`, for Octokit's `baseUrl`; GraphQL is at `<url>/api/graphql`. */
  readonly apiUrl: string;
  addUser(user: NewUser): User;
  /** From now on: `ghost` in REST, null in GraphQL. */
  deleteUser(login: string): void;
  token(login: string, options?: TokenOptions): string;
  revokeToken(token: string): void;
  /** A GitHub App of that person, with the private key that GitHub hands out once (PEM). */
  addApp(owner: string, app: NewApp): { app: App; bot: User; privateKey: string };
  app(slug: string): App;
  /** Puts an App on an account; suspend, remove or change it by its fields. */
  install(app: App, account: string, options?: NewInstallation): Installation;
  addRepository(repository: NewRepository): Promise<Repository>;
  archive(repository: Repository, archived?: boolean): void;
  protectBranch(repository: Repository, branch: string): Promise<void>;
  /** Rules for branches; they are told to who asks, and not enforced. */
  addRuleset(repository: Repository, ruleset: NewRuleset): Ruleset;
  /** Commits onto a branch without asking for rights, as if it were merged; answers the commit's id. */
  commit(
    repository: Repository,
    options: { files: Files; message?: string; branch?: string; by?: string; from?: string },
  ): Promise<string>;
  /** What a person does in the browser. */
  as(login: string): Actor;
  addWebhook(repository: Repository, hook: { url: string; secret?: string; events: readonly string[] }): Hook;
  hooks(repository: Repository): Hook[];
  /** Oldest first. */
  deliveries(hook: Hook): Delivery[];
  redeliver(deliveryId: number): Delivery;
  /** Resolves when no delivery is under way. */
  webhooksSettled(): Promise<void>;
  /** May be replaced at any time. */
  webhookFaults: WebhookFaults;
  readonly faults: Faults;
  /** All requests, oldest first, those under way included. */
  readonly requests: Exchange[];
  readonly limits: {
    /** Makes a token's hourly limit so low. */
    set(token: string, resource: Resource, limit: number): void;
    /** All points or requests a token has spent. */
    spent(token: string, resource: Resource): number;
  };
  /** Hears of each REST answer. */
  onAnswer(listener: (answer: Answer) => void): void;
  repository(fullName: string): Repository;
  issue(repository: Repository, number: number): Issue;
  comments(repository: Repository, number: number): readonly Comment[];
  pulls(repository: Repository): PullIssue[];
  labels(repository: Repository, number: number): string[];
  /**
   * Resolves with what the look answers as soon as that is neither undefined, null nor false; looks after every change.
   * @throws {Error} after `timeoutMs` (10,000), naming `what`
   */
  waitFor<T>(what: string, look: () => T | undefined | null | false, timeoutMs?: number): Promise<T>;
  close(): Promise<void>;
}

/**
 * Starts a GitHub of its own, on 127.0.0.1 unless told otherwise: REST, GraphQL, git over HTTP, webhooks, and pages to click in.
 * @throws {Error} when the port is in use, with what to do
 */
export async function startGitHub(options: StartOptions = {}): Promise<GitHubSimulator> {
  const store = new Store(options.clock ?? (() => new Date()));
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), "simulated-github-")));
  const limits = new RateLimits(() => store.now());
  const hooks = new Hooks(store);
  const tokens = new Tokens(store);
  const faults = new Faults();
  const requests: Exchange[] = [];
  const listeners: ((answer: Answer) => void)[] = [];

  const backend = { store, limits, hooks };
  const app = new Hono<Env>()
    .route(
      "/api/v3",
      restApp(backend, tokens, (answer) => listeners.forEach((listener) => void listener(answer))),
    )
    .route("/api/graphql", graphqlApp(backend, tokens))
    .route("/", pagesApp({ store, hooks, welcome: options.welcome }));
  const server = githubServer({ store, tokens, faults, requests, app, listening: options });
  const { host = "127.0.0.1" } = options;
  server.listen(options.port ?? 0, host);
  await once(server, "listening").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EADDRINUSE") throw error;
    throw new Error(`port ${options.port} of ${host} is in use: choose another one, or 0 for any free one`);
  });
  const { port } = server.address() as AddressInfo;
  store.url = originOf(options, port);

  const userOf = (login: string): User => {
    const user = store.userByLogin(login);
    if (!user) throw new Error(`no user ${login}: add the user first`);
    return user;
  };
  const issueOf = (repository: Repository, number: number): Issue => {
    const issue = repository.issues.get(number);
    if (!issue) throw new Error(`no issue ${fullName(repository)}#${number}`);
    return issue;
  };

  return {
    url: store.url,
    apiUrl: apiUrl(store),
    addUser: (user) => addUser(store, user),
    deleteUser: (login) => {
      userOf(login).deleted = true;
      store.changed();
    },
    token: (login, tokenOptions) => tokens.issue(userOf(login), tokenOptions),
    revokeToken: (token) => tokens.revoke(token),
    addApp: (owner, app) => addApp(store, userOf(owner), app),
    app: (slug) => {
      const app = store.apps.values().find((each) => each.slug === slug);
      if (!app) throw new Error(`no App ${slug}: add it first`);
      return app;
    },
    install: (app, account, installation) => install(store, app, userOf(account), installation),
    addRepository: (repository) => addRepository(store, folder, repository),
    archive: (repository, archived = true) => {
      repository.archived = archived;
      store.changed();
    },
    protectBranch: async (repository, branch) => {
      repository.protectedBranches.add(branch);
      await writeProtectedBranches(repository.folder, repository.protectedBranches);
    },
    addRuleset: (repository, { name, include, rules, bypass = [] }) => {
      const ids = new Set(bypass.map((login) => userOf(login).id));
      const ruleset = { id: store.nextId("ruleset"), name, include, rules, bypass: ids };
      repository.rulesets.push(ruleset);
      return ruleset;
    },
    commit: async (repository, { files, message = "A change\n", branch = repository.defaultBranch, by, from }) => {
      const identity = identityOf(by === undefined ? repository.owner : userOf(by), store.now());
      return await commitFiles(repository.folder, { branch, files, message, by: identity, ...(from ? { from } : {}) });
    },
    as: (login) => actorFor(store, userOf(login)),
    addWebhook: (repository, hook) => hooks.add(repository, hook),
    hooks: (repository) => hooks.of(repository),
    deliveries: (hook) => hooks.deliveries(hook),
    redeliver: (deliveryId) => hooks.redeliver(deliveryId),
    webhooksSettled: () => hooks.settled(),
    get webhookFaults() {
      return hooks.faults;
    },
    set webhookFaults(wanted) {
      hooks.faults = wanted;
    },
    faults,
    requests,
    limits: {
      set: (token, resource, limit) => limits.set(token, resource, limit),
      spent: (token, resource) => limits.total(token, resource),
    },
    onAnswer: (listener) => void listeners.push(listener),
    repository: (name) => {
      const [owner = "", repo = ""] = name.split("/");
      const repository = store.repositoryByName(owner, repo);
      if (!repository) throw new Error(`no repository ${name}`);
      return repository;
    },
    issue: issueOf,
    comments: (repository, number) => issueOf(repository, number).comments,
    pulls: (repository) => [...repository.issues.values()].filter(isPull),
    labels: (repository, number) => issueOf(repository, number).labels.map(({ name }) => name),
    waitFor: (what, look, timeoutMs = 10_000) => waitFor(store, what, look, timeoutMs),
    close: async () => {
      await hooks.close();
      server.close();
      server.closeAllConnections();
      await once(server, "close");
      if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

async function waitFor<T>(
  store: Store,
  what: string,
  look: () => T | undefined | null | false,
  timeoutMs: number,
): Promise<T> {
  return await new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      clearTimeout(limit);
      stop();
      finish();
    };
    const attempt = (): void => {
      try {
        const found = look();
        if (found !== undefined && found !== null && found !== false) settle(() => resolve(found));
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const limit = setTimeout(
      () => settle(() => reject(new Error(`${what}: not seen within ${timeoutMs} ms`))),
      timeoutMs,
    );
    const stop = store.onChange(attempt);
    attempt();
  });
}
