import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Whether an `Authorization` header brings the token, as `Bearer <token>` or bare: Argo's `secureHeaders` can only send a
 * Secret's value as it is.
 */
export function bringsToken(authorization: string | undefined, token: string): boolean {
  const given = (authorization ?? "").replace(/^Bearer +/i, "");
  // Hashes have one length, so that the comparison tells nothing, not even how long the token is.
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(given), hash(token));
}
