import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Whether `X-Hub-Signature-256` was made over exactly these bytes with one of the secrets (two during a rotation).
 * (GitHub: "Validating webhook deliveries".)
 */
export function isSigned(body: Buffer, signature: string, secrets: readonly string[]): boolean {
  const given = /^sha256=([0-9a-f]{64})$/.exec(signature)?.[1];
  if (given === undefined) return false;
  const bytes = Buffer.from(given, "hex");
  // Every secret is tried, so that the time taken does not tell which one fits.
  return secrets
    .map((secret) => timingSafeEqual(createHmac("sha256", secret).update(body).digest(), bytes))
    .includes(true);
}
