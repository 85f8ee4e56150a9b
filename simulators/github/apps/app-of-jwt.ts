import { verify } from "node:crypto";
import { z } from "zod";
import { GitHubError } from "../errors.ts";
import type { App } from "../store/records.ts";
import type { Store } from "../store/store.ts";

/** GitHub takes no more, whatever the App asks for. */
const maxLifeSeconds = 600;

const header = z.object({ alg: z.literal("RS256") });
const claims = z.object({ iat: z.unknown(), exp: z.unknown(), iss: z.union([z.string(), z.number()]) });

/** Other tokens hold no dot. */
export const looksLikeJwt = (value: string): boolean => value.split(".").length === 3;

/**
 * The App that signed this JSON Web Token with its key.
 * @throws {GitHubError} 401 or 404 in GitHub's words, which clients tell a wrong clock by
 */
export function appOf(store: Store, jwt: string): App {
  const [head = "", body = "", signature = ""] = jwt.split(".");
  const undecodable = () => new GitHubError(401, "A JSON web token could not be decoded");
  const given = claims.safeParse(decoded(body));
  if (!header.safeParse(decoded(head)).success || !given.success) throw undecodable();
  const { iss, iat, exp } = given.data;
  const app = store.apps.values().find(({ id, clientId }) => String(iss) === String(id) || iss === clientId);
  if (!app) throw new GitHubError(404, "Integration not found");
  if (!verify("RSA-SHA256", Buffer.from(`${head}.${body}`), app.publicKey, Buffer.from(signature, "base64url")))
    throw undecodable();
  const now = Math.floor(store.now() / 1000);
  const refuse = (claim: string, why: string) => new GitHubError(401, `'${claim}' claim ${why}`);
  if (typeof iat !== "number" || iat > now)
    throw refuse("Issued at", "('iat') must be an Integer representing the time that the assertion was issued");
  if (typeof exp !== "number" || exp <= now)
    throw refuse(
      "Expiration time",
      "('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  if (exp > now + maxLifeSeconds) throw refuse("Expiration time", "('exp') is too far in the future");
  return app;
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
