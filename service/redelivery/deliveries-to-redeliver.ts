import type { HookDelivery } from "../github-access.ts";

/** GitHub keeps deliveries three days; a little less, so that one is not asked for just when it goes. */
export const windowMs = 3 * 24 * 3_600_000 - 10 * 60_000;

/**
 * Failed deliveries to be asked for, oldest first. Each is asked for once, and GitHub itself remembers it: the attempt
 * that was asked for stands in the list with the same GUID, so that neither a restart nor a person's own click makes a
 * second one. `asked` bridges the time until GitHub shows it.
 *
 * Only what the same request may cure is asked for: no answer, and 5xx, 408 and 429. A refusal (401, 400, 413, …) is our
 * answer to these very bytes, this secret, this address, and would only be given again; after what was wrong is
 * corrected the loop finds what the refused deliveries meant. Pure.
 */
export function deliveriesToRedeliver(
  list: readonly HookDelivery[],
  asked: ReadonlySet<string>,
  now: Date,
): HookDelivery[] {
  return [...Map.groupBy(list, ({ guid }) => guid)]
    .filter(([guid, attempts]) => !asked.has(guid) && !attempts.some(({ ok, redelivery }) => ok || redelivery))
    .flatMap(([, [first]]) => first ?? [])
    .filter(({ deliveredAt, statusCode }) => isCurable(statusCode) && ageMs(deliveredAt, now) < windowMs)
    .toSorted((a, b) => Date.parse(a.deliveredAt) - Date.parse(b.deliveredAt));
}

function isCurable(statusCode: number): boolean {
  return statusCode === 0 || statusCode === 408 || statusCode === 429 || statusCode >= 500;
}

/** Milliseconds since a time. */
export function ageMs(time: string, now: Date): number {
  return now.getTime() - Date.parse(time);
}
