import { check, type Finding } from "../finding.ts";
import type { AccountFacts } from "./account-facts.ts";
import { generalRefusal } from "./ask-github.ts";
import type { GitHubWords, githubCheckIds } from "./github-checks.ts";

const day = 24 * 3_600_000;
/** Less than this is a clock that nobody need look at: signatures of an App allow a minute. */
const skewMs = 30_000;

type AccountFinding = Finding<(typeof githubCheckIds)[number]>;

/** Whether GitHub is there, who we are, and how long. Pure. */
export function judgeAccount(facts: AccountFacts, words: GitHubWords): AccountFinding[] {
  const github = judgeReach(facts);
  if (github.status === "fault") return [github, check("sign-in").skipped("GitHub does not answer")];
  return [github, ...judgeClock(facts), judgeSignIn(facts, words), ...judgeExpiry(facts, words), ...judgeScopes(facts)];
}

/** The account, when GitHub told it. Pure. */
export function accountOf({ account }: AccountFacts): { id: number; login: string } | undefined {
  if (account.kind !== "answer" || !isAccount(account.data)) return undefined;
  return { id: Number(account.data.id), login: account.data.login };
}

/** A web server that answers something else than GitHub's API does: a page, as text. */
function isAccount(data: unknown): data is { id: number; login: string; type: string } {
  return typeof data === "object" && data !== null && "login" in data && "id" in data;
}

function judgeReach({ account, address }: AccountFacts): AccountFinding {
  const github = check("github");
  const where = "GITHUB_API_BASE_URL is https://<host>/api/v3 for GitHub Enterprise Server, and not set for github.com";
  if (account.kind === "unreachable")
    return github.fault(`${address} cannot be reached (${account.reason})`, `check the network; ${where}`);
  const isPage =
    account.kind === "answer"
      ? !isAccount(account.data)
      : account.kind === "refused" && !/json/.test(String(account.headers["content-type"] ?? "json"));
  if (isPage) return github.fault(`${address} answers, but not as GitHub's API does`, `correct the address: ${where}`);
  const general = account.kind === "app" ? undefined : generalRefusal(account);
  if (general) return github.fault(`${address}: ${general.found}`, general.fix);
  return github.ok(`${address} answers`);
}

function judgeClock({ account, answeredAt }: AccountFacts): AccountFinding[] {
  const date = "headers" in account ? Date.parse(String(account.headers["date"] ?? "")) : Number.NaN;
  if (Number.isNaN(date)) return [];
  const seconds = Math.round((answeredAt - date) / 1000);
  const clock = check("clock");
  if (Math.abs(seconds) * 1000 < skewMs) return [clock.ok("agrees with GitHub's")];
  return [
    clock.warning(
      `this machine's clock is ${Math.abs(seconds)} s ${seconds > 0 ? "ahead of" : "behind"} GitHub's: times in logs and comments will not agree`,
      "set it, for instance: sudo timedatectl set-ntp true",
    ),
  ];
}

function judgeSignIn({ account, as, prefix }: AccountFacts, { token, newToken }: GitHubWords): AccountFinding {
  const signIn = check("sign-in");
  if (account.kind === "answer") {
    const { login, id, type } = account.data;
    const how = as === "app" ? "as a GitHub App" : `with ${kindOf(account.headers, prefix)}`;
    return signIn.ok(`${login} (id ${id}, ${type}), ${how}`);
  }
  if (account.kind === "app") return signIn.fault("GitHub does not let the App in", account.message);
  if (account.kind === "refused" && account.status === 401)
    return signIn.fault(`${token} is refused by GitHub (401): it is wrong, expired or revoked`, newToken);
  if (account.kind === "refused" && /integration/i.test(account.message))
    return signIn.fault(
      `${token} is a token of an App's installation (or of GitHub Actions): it ends within an hour and has no account`,
      "sign in as the App itself, with GITHUB_APP_ID, GITHUB_APP_INSTALLATION_ID and GITHUB_APP_PRIVATE_KEY_FILE (docs/github-app.md)",
    );
  const status = account.kind === "refused" ? ` (${account.status}: ${account.message})` : "";
  return signIn.fault(`GitHub does not say whose token it is${status}`, newToken);
}

function kindOf(headers: Readonly<Record<string, unknown>>, prefix: string | undefined): string {
  const scopes = scopesIn(headers);
  if (prefix === "github_pat_") return "a fine-grained personal token";
  if (scopes === undefined) return "a token that has no scopes";
  const kind = prefix === "gho_" ? "a token of an OAuth app" : "a classic personal token";
  return `${kind} (scopes: ${scopes.join(", ") || "none"})`;
}

function scopesIn(headers: Readonly<Record<string, unknown>>): string[] | undefined {
  const text = headers["x-oauth-scopes"];
  return typeof text === "string" ? text.split(",").flatMap((scope) => scope.trim() || []) : undefined;
}

/** The header is of the form `2026-01-31 23:00:00 UTC` or `2026-01-31 23:00:00 +0200`. (google/go-github, issue 2649.) */
export function parseExpiry(text: string): number {
  const [, date, time, zone] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (UTC|[+-]\d{4})$/.exec(text) ?? [];
  return Date.parse(`${date}T${time}${zone === "UTC" ? "Z" : zone}`);
}

function judgeExpiry({ account, as, answeredAt }: AccountFacts, { newToken }: GitHubWords): AccountFinding[] {
  if (account.kind !== "answer" || as === "app") return [];
  const expiry = check("token-expiry");
  const text = account.headers["github-authentication-token-expiration"];
  if (text === undefined) return [expiry.ok("GitHub names no end of the token")];
  const end = parseExpiry(String(text));
  // Of some fine-grained tokens GitHub tells the present time instead (google/go-github, issue 3708): no answer is refused then.
  const left = end - answeredAt;
  if (Number.isNaN(end) || Math.abs(left) < 60_000)
    return [expiry.skipped(`GitHub's answer tells no usable end (${text})`)];
  const found = `the token ends on ${new Date(end).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  if (left > 7 * day) return [expiry.ok(found)];
  return [
    expiry.warning(
      `${found}, in ${left > 2 * day ? `${Math.floor(left / day)} days` : `${Math.max(0, Math.floor(left / 3_600_000))} hours`}`,
      `${newToken}; a GitHub App's tokens renew themselves (docs/github-app.md)`,
    ),
  ];
}

/** Scopes by which a token may do harm that this program never needs. (GitHub: "Scopes for OAuth apps".) */
const powerful = /^(?:admin:|delete|manage_|write:|site_admin|user$|workflow$|codespace)/;

function judgeScopes({ account, as, prefix }: AccountFacts): AccountFinding[] {
  if (account.kind !== "answer" || as === "app") return [];
  const scope = check("token-scopes");
  const scopes = scopesIn(account.headers);
  if (scopes === undefined || prefix === "github_pat_")
    return [
      scope.skipped(
        "GitHub does not tell what a fine-grained token may write: it needs Contents, Issues and Pull requests, each read and write",
      ),
    ];
  if (!scopes.includes("repo") && !scopes.includes("public_repo"))
    return [
      scope.fault(
        `the token has ${scopes.length === 0 ? "no scope" : `the scopes ${scopes.join(", ")}`}, and may write to no repository`,
        "give it the scope repo (or public_repo, for public repositories alone), or take a fine-grained token",
      ),
    ];
  const more = scopes.filter((each) => powerful.test(each));
  if (more.length === 0) return [scope.ok(scopes.join(", "))];
  return [
    scope.warning(
      `the token may do more than is needed: ${more.join(", ")}`,
      "take those scopes away, or take a fine-grained token of the served repositories, or a GitHub App (docs/github-app.md)",
    ),
  ];
}
