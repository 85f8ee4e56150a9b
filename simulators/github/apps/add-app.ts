import { generateKeyPairSync } from "node:crypto";
import { addUser } from "../actions/users.ts";
import { nodeId } from "../store/node-id.ts";
import type { App, Installation, Permissions, Repository, User } from "../store/records.ts";
import type { Store } from "../store/store.ts";

export interface NewApp {
  /** Its account is `<slug>[bot]`. */
  slug: string;
  /** @default those of a whole pipeline: contents, issues and pull requests written, webhooks asked for again */
  permissions?: Permissions;
}

export interface NewInstallation {
  /** @default all of the account's */
  repositories?: readonly Repository[];
  /** @default all that the App asks for */
  permissions?: Permissions;
  /** @default 3600, as on GitHub */
  tokenSeconds?: number;
}

const pipeline: Permissions = {
  metadata: "read",
  contents: "write",
  issues: "write",
  pull_requests: "write",
  repository_hooks: "write",
};

/** Makes an App with its account; `privateKey` is the file that GitHub hands out once: PKCS#1, PEM. */
export function addApp(
  store: Store,
  owner: User,
  { slug, permissions = pipeline }: NewApp,
): { app: App; bot: User; privateKey: string } {
  const keys = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { id, nodeId: node } = store.identify("app");
  const app: App = {
    id,
    nodeId: node,
    clientId: `Iv23${nodeId("app", id).slice(-10)}`,
    slug,
    owner,
    permissions,
    publicKey: keys.publicKey,
    createdAt: store.now(),
    installations: [],
  };
  store.apps.set(id, app);
  const bot = addUser(store, { login: `${slug}[bot]`, type: "Bot", app });
  return { app, bot, privateKey: String(keys.privateKey.export({ type: "pkcs1", format: "pem" })) };
}

/** Puts an App on an account. */
export function install(
  store: Store,
  app: App,
  account: User,
  { repositories, permissions = app.permissions, tokenSeconds = 3600 }: NewInstallation = {},
): Installation {
  const installation: Installation = {
    id: store.nextId("installation"),
    app,
    account,
    repositories: repositories ? new Set(repositories.map(({ id }) => id)) : null,
    permissions,
    tokenSeconds,
    createdAt: store.now(),
    suspendedAt: null,
    removed: false,
  };
  app.installations.push(installation);
  return installation;
}
