import { createHmac, timingSafeEqual } from "node:crypto";

/**
 * Whether `X-Hub-Signature-256` was made over exactly the bytes that came, with one of the secrets (two during a
 * rotation). The bytes are taken as they come, so that a large body need not be held for it.
 * (GitHub: "Validating webhook deliveries".)
 */
export class SignatureCheck {
  readonly #hmacs;

  constructor(secrets: readonly string[]) {
    this.#hmacs = secrets.map((secret) => createHmac("sha256", secret));
  }

  update(chunk: Buffer): void {
    for (const hmac of this.#hmacs) hmac.update(chunk);
  }

  /** To be asked once, after the last byte. */
  fits(signature: string): boolean {
    const given = /^sha256=([0-9a-f]{64})$/.exec(signature)?.[1];
    if (given === undefined) return false;
    const bytes = Buffer.from(given, "hex");
    // Every secret is tried, so that the time taken does not tell which one fits.
    return this.#hmacs.map((hmac) => timingSafeEqual(hmac.digest(), bytes)).includes(true);
  }
}
