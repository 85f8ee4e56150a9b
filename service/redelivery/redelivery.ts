import { RequestError } from "@octokit/request-error";
import type { Clock } from "../clock.ts";
import { errorFields } from "../error-fields.ts";
import type { Allowance, GitHubHook, HookAccess, HookDelivery } from "../github-access.ts";
import type { ServiceLog } from "../service-log.ts";
import { HookDeliveries } from "./hook-deliveries.ts";

export type RedeliveryResult = "asked" | "gone" | "failed";

export interface RedeliveryOptions {
  hooks: readonly GitHubHook[];
  github: HookAccess;
  /** Why what is delivered again would only fail again, or undefined. */
  notReady: () => Promise<string | undefined>;
  clock: Clock;
  log: ServiceLog;
  onRedelivery?: (result: RedeliveryResult) => void;
  /** @default Math.random */
  random?: () => number;
}

const minute = 60_000;
/** Ten pages of a hundred: a thousand deliveries a minute are kept up with, for 600 of an hour's 5,000 requests. */
const pagesAtOnce = 10;
/** GitHub takes 500 writes an hour; marks and comments need some of them. */
const asksAtOnce = 5;
/** Below this many requests on the token we leave the rest to its other uses. */
const leaveToOthers = 500;
const longestPauseMs = 30 * minute;
const noPermissionPauseMs = 60 * minute;

/**
 * Has failed deliveries sent again, each once. GitHub does not do so by itself. What the loop finds anyway it does not
 * need; but the raw topic gets what it missed, and tasks come sooner.
 */
export class Redelivery {
  readonly #of: RedeliveryOptions;
  #pausedUntil = 0;

  constructor(options: RedeliveryOptions) {
    this.#of = options;
  }

  /** Hears what GitHub says about the rate limits. */
  note({ kind, remaining, resetAt }: Allowance): void {
    if (kind === "rest" && remaining <= leaveToOthers) this.#pausedUntil = Date.parse(resetAt);
  }

  /** Runs until `signal` aborts. Never rejects because of GitHub. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#of.hooks.map((hook) => this.#watch(hook, signal)));
  }

  async #watch(hook: GitHubHook, signal: AbortSignal): Promise<void> {
    const { clock, github, log, random = Math.random } = this.#of;
    const deliveries = new HookDeliveries(hook, github);
    const fields = {
      hookId: hook.id,
      ...("repository" in hook ? { repository: hook.repository } : { organization: hook.organization }),
    };
    let failures = 0;
    let told = false;
    while (!signal.aborted) {
      let pause = minute;
      try {
        if (await this.#mayAsk()) await this.#round(deliveries, fields, signal);
        failures = 0;
        told = false;
      } catch (error) {
        if (signal.aborted) break;
        const isRefused = isNoPermission(error);
        if (!isRefused) {
          log.warn({ ...fields, ...errorFields(error) }, "cannot look for failed deliveries");
          failures += 1;
        } else if (!told) {
          log.warn(
            { ...fields, ...errorFields(error) },
            `cannot look for failed deliveries, so that only the loop finds what they meant: ${permission(hook)}`,
          );
          told = true;
        }
        deliveries.startOver();
        const growing = Math.min(longestPauseMs, minute * 2 ** failures) * (0.5 + random() / 2);
        pause = isRefused ? noPermissionPauseMs : growing;
      }
      await clock.sleep(pause, signal);
    }
  }

  async #mayAsk(): Promise<boolean> {
    const { clock, notReady } = this.#of;
    return clock.now().getTime() >= this.#pausedUntil && (await notReady()) === undefined;
  }

  async #round(deliveries: HookDeliveries, fields: object, signal: AbortSignal): Promise<void> {
    const { clock } = this.#of;
    await deliveries.read(clock.now(), pagesAtOnce);
    for (const delivery of deliveries.due(clock.now()).slice(0, asksAtOnce)) {
      if (signal.aborted || !(await this.#mayAsk())) return;
      await this.#ask(deliveries, delivery, fields);
    }
  }

  async #ask(deliveries: HookDeliveries, delivery: HookDelivery, fields: object): Promise<void> {
    const { github, log, onRedelivery } = this.#of;
    const line = { ...fields, deliveryId: delivery.guid, deliveredAt: delivery.deliveredAt };
    try {
      await github.redeliver(deliveries.hook, delivery.id);
      deliveries.noteAsked(delivery);
      onRedelivery?.("asked");
      log.info({ ...line, status: delivery.statusCode }, "failed delivery is sent again");
    } catch (error) {
      if (!(error instanceof RequestError) || (error.status !== 404 && error.status !== 422)) {
        // Whether GitHub took it is seen at the next look.
        onRedelivery?.("failed");
        throw error;
      }
      deliveries.noteAsked(delivery);
      onRedelivery?.("gone");
      log.warn(
        { ...line, ...errorFields(error) },
        `GitHub does not send the delivery again: it is gone by now; or ${permission(deliveries.hook)}`,
      );
    }
  }
}

/** GitHub says 404 where a token may not know of a webhook; 403 is also what it says to whoever asks too much. */
function isNoPermission(error: unknown): boolean {
  if (!(error instanceof RequestError)) return false;
  if (error.status === 404) return true;
  const headers = error.response?.headers ?? {};
  const isLimit = headers["retry-after"] !== undefined || headers["x-ratelimit-remaining"] === "0";
  return error.status === 403 && !isLimit && !/rate limit/i.test(error.message);
}

function permission(hook: GitHubHook): string {
  const name = "repository" in hook ? "Webhooks" : "organization Webhooks";
  const scope = "repository" in hook ? "admin:repo_hook" : "admin:org_hook";
  return `grant the token ${name} (read and write; classic: ${scope}), or correct GITHUB_HOOK_ID`;
}
