import { randomBytes } from "node:crypto";
import { appOf, looksLikeJwt } from "../apps/app-of-jwt.ts";
import { GitHubError } from "../errors.ts";
import type { Installation, Permissions, Repository, Token, User, Viewer } from "../store/records.ts";
import type { Store } from "../store/store.ts";

export interface TokenOptions {
  /** Makes a classic token. @default ["repo"], unless `permissions` or `repositories` is given */
  scopes?: readonly string[];
  /** Makes a fine-grained token. */
  permissions?: Permissions;
  /** The repositories a fine-grained token is for. @default all of the user's */
  repositories?: readonly Repository[];
  /** Milliseconds, by the simulator's clock. @default never */
  expiresAt?: number;
  /** Its text, where that must be known beforehand. @default drawn */
  value?: string;
}

const everything: Permissions = {
  metadata: "read",
  contents: "write",
  issues: "write",
  pull_requests: "write",
  administration: "write",
  repository_hooks: "write",
  workflows: "write",
};

export const anonymous: Viewer = { user: null, token: null };

export class Tokens {
  readonly #tokens = new Map<string, Token>();
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  issue(user: User, options: TokenOptions = {}): string {
    const fine = options.permissions !== undefined || options.repositories !== undefined;
    return this.#keep({
      value: options.value ?? `${fine ? "github_pat" : "ghp"}_${secret()}`,
      user,
      scopes: fine ? null : (options.scopes ?? ["repo"]),
      permissions: fine ? (options.permissions ?? everything) : null,
      repositories: options.repositories ? new Set(options.repositories.map(({ id }) => id)) : null,
      installation: null,
      expiresAt: options.expiresAt ?? null,
      revoked: false,
    }).value;
  }

  /** A token of an installation, limited as was asked; good for as long as the installation says. */
  issueFor(installation: Installation, permissions: Permissions, repositories: ReadonlySet<number> | null): Token {
    const user = this.#store.users.values().find(({ app }) => app === installation.app);
    if (!user) throw new Error(`the App ${installation.app.slug} has no account`);
    return this.#keep({
      value: `ghs_${secret()}`,
      user,
      scopes: null,
      permissions,
      repositories,
      installation,
      expiresAt: this.#store.now() + installation.tokenSeconds * 1000,
      revoked: false,
    });
  }

  #keep(token: Token): Token {
    this.#tokens.set(token.value, token);
    return token;
  }

  revoke(value: string): void {
    const token = this.#tokens.get(value);
    if (token) token.revoked = true;
  }

  /**
   * Who sent this `Authorization` header; no header is nobody.
   * @throws {GitHubError} 401 "Bad credentials", 403 when the App's installation is suspended
   */
  viewer(header: string | undefined): Viewer {
    if (!header) return anonymous;
    const [scheme = "", rest = ""] = header.split(/ +/, 2);
    const value = scheme.toLowerCase() === "basic" ? passwordOf(rest) : rest;
    if (looksLikeJwt(value)) return { user: null, token: null, app: appOf(this.#store, value) };
    const token = this.#tokens.get(value);
    if (!token || token.revoked || token.user.deleted || !this.#isCurrent(token))
      throw new GitHubError(401, "Bad credentials");
    if (token.installation?.suspendedAt) throw new GitHubError(403, "This installation has been suspended");
    return { user: token.user, token };
  }

  #isCurrent({ installation, expiresAt }: Token): boolean {
    return !installation?.removed && (expiresAt === null || this.#store.now() < expiresAt);
  }
}

const secret = (): string => randomBytes(27).toString("base64url").replaceAll(/[-_]/g, "0");

/** Tokens are the password; Git clients of old put them in the user name. */
function passwordOf(encoded: string): string {
  const [name = "", ...password] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return password.join(":") === "" || password.join(":") === "x-oauth-basic" ? name : password.join(":");
}
