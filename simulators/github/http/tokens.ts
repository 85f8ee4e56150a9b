import { randomBytes } from "node:crypto";
import { GitHubError } from "../errors.ts";
import type { Level, Permission, Repository, Token, User, Viewer } from "../store/records.ts";

export interface TokenOptions {
  /** Makes a classic token. @default ["repo"], unless `permissions` or `repositories` is given */
  scopes?: readonly string[];
  /** Makes a fine-grained token. */
  permissions?: Partial<Record<Permission, Level>>;
  /** The repositories a fine-grained token is for. @default all of the user's */
  repositories?: readonly Repository[];
}

const everything: Partial<Record<Permission, Level>> = {
  metadata: "read",
  contents: "write",
  issues: "write",
  pull_requests: "write",
  administration: "write",
  workflows: "write",
};

export const anonymous: Viewer = { user: null, token: null };

export class Tokens {
  readonly #tokens = new Map<string, Token>();

  issue(user: User, options: TokenOptions = {}): string {
    const fine = options.permissions !== undefined || options.repositories !== undefined;
    const secret = randomBytes(27).toString("base64url").replaceAll(/[-_]/g, "0");
    const token: Token = {
      value: fine ? `github_pat_${secret}` : `ghp_${secret}`,
      user,
      scopes: fine ? null : (options.scopes ?? ["repo"]),
      permissions: fine ? (options.permissions ?? everything) : null,
      repositories: options.repositories ? new Set(options.repositories.map(({ id }) => id)) : null,
      revoked: false,
    };
    this.#tokens.set(token.value, token);
    return token.value;
  }

  revoke(value: string): void {
    const token = this.#tokens.get(value);
    if (token) token.revoked = true;
  }

  /**
   * Who sent this `Authorization` header; no header is nobody.
   * @throws {GitHubError} 401 "Bad credentials"
   */
  viewer(header: string | undefined): Viewer {
    if (!header) return anonymous;
    const [scheme = "", rest = ""] = header.split(/ +/, 2);
    const value = scheme.toLowerCase() === "basic" ? passwordOf(rest) : rest;
    const token = this.#tokens.get(value);
    if (!token || token.revoked || token.user.deleted) throw new GitHubError(401, "Bad credentials");
    return { user: token.user, token };
  }
}

/** Tokens are the password; Git clients of old put them in the user name. */
function passwordOf(encoded: string): string {
  const [name = "", ...password] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return password.join(":") === "" || password.join(":") === "x-oauth-basic" ? name : password.join(":");
}
