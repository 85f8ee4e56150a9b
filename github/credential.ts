import type { Endpoints } from "@octokit/types";

/** A GitHub App on one account: the installation acts, by tokens that the App's key gets for it. */
export interface AppCredential {
  appId: number;
  installationId: number;
  /** PKCS#8, PEM; never logged. */
  privateKey: string;
}

/** How a program signs in: by the token of an account (never logged), or as a GitHub App. */
export type Credential = { token: string } | { app: AppCredential };

export type Permissions = NonNullable<
  Endpoints["POST /app/installations/{installation_id}/access_tokens"]["parameters"]["permissions"]
>;

/** What the tokens of an installation are limited to. */
export interface TokenScope {
  permissions: Permissions;
  /** By id, which survives a renaming, or by name (without the owner). @default all of the installation's */
  repository?: { id: number } | { name: string };
}
