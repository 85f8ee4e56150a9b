import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
import { RequestError } from "@octokit/request-error";
import { AppAccessError } from "./app-access-error.ts";
import type { AppCredential, Permissions, TokenScope } from "./credential.ts";
import type { MintedToken } from "./installation-tokens.ts";

/** Paced by nobody: a token must not wait for the requests that wait for it. */
const Client = Octokit.plugin(retry);

/** What an App asks as itself, by its key. Rejects with {@link AppAccessError} where there is something to correct. */
export interface AppClient {
  readonly installationId: number;
  /** A new token of the installation. */
  mint(scope: TokenScope): Promise<MintedToken>;
  /** The App's short name; its account is `<slug>[bot]`. */
  slug(): Promise<string>;
  /** Which installation is on a repository, and what it was granted; undefined when none is. */
  installationOn(repository: string): Promise<{ id: number; permissions: Permissions } | undefined>;
}

/** `shared`: what Octokit is given besides the App. */
export function createAppClient(app: AppCredential, shared: ConstructorParameters<typeof Octokit>[0]): AppClient {
  const { installationId } = app;
  // The strategy signs in by the key, and corrects itself when our clock and GitHub's differ.
  const client = new Client({ ...shared, authStrategy: createAppAuth, auth: app });
  const asked = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      throw explain(error, app);
    }
  };
  const granted = async (): Promise<Permissions> => {
    const { data } = await client.request("GET /app/installations/{installation_id}", {
      installation_id: installationId,
    });
    return data.permissions;
  };
  return {
    installationId,
    mint: (scope) =>
      asked(async () => {
        try {
          const { data } = await client.request("POST /app/installations/{installation_id}/access_tokens", {
            installation_id: installationId,
            permissions: scope.permissions,
            ...narrowed(scope.repository),
          });
          return { token: data.token, expiresAt: data.expires_at };
        } catch (error) {
          throw isRefusal(error, 422, /permissions/i)
            ? new AppAccessError("access", notGranted(installationId, scope.permissions, await granted()), {
                cause: error,
              })
            : isRefusal(error, 422, /repository/i)
              ? new AppAccessError("access", notInstalled(installationId, scope.repository), { cause: error })
              : error;
        }
      }),
    slug: () =>
      asked(async () => {
        const { data } = await client.request("GET /app");
        return data?.slug ?? "";
      }),
    installationOn: (repository) =>
      asked(async () => {
        const [owner = "", repo = ""] = repository.split("/");
        try {
          const { data } = await client.request("GET /repos/{owner}/{repo}/installation", { owner, repo });
          return { id: data.id, permissions: data.permissions };
        } catch (error) {
          if (isRefusal(error, 404, /^(?!Integration)/)) return undefined;
          throw error;
        }
      }),
  };
}

function narrowed(repository: TokenScope["repository"]) {
  if (!repository) return {};
  return "id" in repository ? { repository_ids: [repository.id] } : { repositories: [repository.name] };
}

function isRefusal(error: unknown, status: number, words: RegExp): error is RequestError {
  return error instanceof RequestError && error.status === status && words.test(error.message);
}

/** GitHub's refusals in words that say what to correct; everything else as it is. */
function explain(error: unknown, { appId, installationId }: AppCredential): unknown {
  const cause = { cause: error };
  if (isRefusal(error, 404, /^Integration not found/))
    return new AppAccessError("key", `there is no GitHub App with the id ${appId}: correct GITHUB_APP_ID`, cause);
  if (isRefusal(error, 401, /./))
    return new AppAccessError(
      "key",
      `GitHub refused the key of the App ${appId}: make GITHUB_APP_PRIVATE_KEY_FILE and GITHUB_APP_ID those of one App, with a key that it still has`,
      cause,
    );
  if (isRefusal(error, 403, /suspended/i))
    return new AppAccessError(
      "access",
      `the App's installation ${installationId} is suspended: unsuspend it in the account's settings on GitHub`,
      cause,
    );
  if (isRefusal(error, 404, /./))
    return new AppAccessError(
      "access",
      `the App ${appId} has no installation ${installationId}: install it, and correct GITHUB_APP_INSTALLATION_ID`,
      cause,
    );
  return error;
}

function notGranted(installationId: number, wanted: Permissions, granted: Permissions): string {
  const held: Readonly<Record<string, string>> = granted;
  const missing = Object.entries(wanted)
    .filter(([name, level]) => held[name] !== level && held[name] !== "write")
    .map(([name, level]) => `${name}: ${level}`);
  return `the App's installation ${installationId} lacks the permission ${missing.join(", ")}: add it to the App, and accept it for the installation`;
}

function notInstalled(installationId: number, repository: TokenScope["repository"]): string {
  const which = repository && "name" in repository ? repository.name : `with the id ${repository?.id}`;
  return `the App's installation ${installationId} is not on the repository ${which}: add it to the installation on GitHub`;
}
