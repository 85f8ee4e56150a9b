import { setTimeout as pause } from "node:timers/promises";

export interface MintedToken {
  token: string;
  /** ISO 8601, by GitHub's clock. */
  expiresAt: string;
}

/** Tokens of an App's installation, one at a time, renewed before they run out. */
export interface InstallationTokens {
  /** One that is good for a few minutes yet. */
  current(): Promise<string>;
  /** The one to try after GitHub refused `refused` (401). */
  after(refused: string): Promise<string>;
}

export interface InstallationTokensOptions {
  mint: () => Promise<MintedToken>;
  /** Milliseconds. @default the system's clock */
  now?: () => number;
  /** @default waits */
  pause?: (milliseconds: number) => Promise<unknown>;
}

const minute = 60_000;
const hour = 60 * minute;
/** A push or a clone that began with a token has to end with it. */
const marginMs = 5 * minute;
/** GitHub may not know a token everywhere at once. (octokit/auth-app.js does the same.) */
const settlingMs = 5_000;

/**
 * How long a token that was just made is used, in milliseconds. GitHub gives it an hour by its own clock; what ours makes
 * of the time is believed only where that is possible, so that a wrong clock does no harm.
 */
export function useMs(expiresAt: string, now: number): number {
  const left = Date.parse(expiresAt) - now;
  const life = left > 0 && left <= hour ? left : hour;
  return life - Math.min(marginMs, life / 2);
}

export function installationTokens(options: InstallationTokensOptions): InstallationTokens {
  const { mint, now = Date.now, pause: wait = pause } = options;
  let held: { token: string; madeAt: number; until: number; doubted?: boolean } | undefined;
  let minting: Promise<string> | undefined;

  const renew = async () => {
    const { token, expiresAt } = await mint();
    const madeAt = now();
    held = { token, madeAt, until: madeAt + useMs(expiresAt, madeAt) };
    return token;
  };
  /** Whoever comes meanwhile gets the same one. */
  const renewed = () => {
    minting ??= renew().finally(() => {
      minting = undefined;
    });
    return minting;
  };

  return {
    current: async () => (held && now() < held.until ? held.token : renewed()),
    async after(refused) {
      if (held && held.token !== refused) return held.token;
      if (!held || held.doubted || now() - held.madeAt >= settlingMs) return renewed();
      held.doubted = true;
      await wait(settlingMs / 5);
      return held.token;
    },
  };
}
