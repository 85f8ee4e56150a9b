const hour = 60 * 60 * 1000;

/**
 * When a rate limit is full again, one hour from now at the latest: GitHub's limits are by the hour. A later time comes from
 * a clock that is wrong, ours for example; obeyed as it is, it would stop us for as long as that clock is wrong.
 */
export function believableReset(resetAt: string, now: Date): string {
  const latest = now.getTime() + hour;
  const said = Date.parse(resetAt);
  return said <= latest ? resetAt : new Date(latest).toISOString();
}
