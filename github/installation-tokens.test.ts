import { describe, expect, test } from "vitest";
import { type InstallationTokensOptions, installationTokens, useMs } from "./installation-tokens.ts";

const noon = Date.parse("2026-03-04T12:00:00Z");
const minutes = (count: number) => count * 60_000;

test.each<[why: string, expiresAt: string, minutesOfUse: number]>([
  ["an hour, by clocks that agree", "2026-03-04T13:00:00Z", 55],
  ["our clock is twenty minutes fast", "2026-03-04T12:40:00Z", 35],
  ["our clock is twenty minutes slow", "2026-03-04T13:20:00Z", 55],
  ["our clock is hours fast", "2026-03-04T09:00:00Z", 55],
  ["our clock is days slow", "2026-03-08T12:00:00Z", 55],
  ["a life shorter than the margin", "2026-03-04T12:01:00Z", 0.5],
  ["no time at all", "soon", 55],
])("a token is used for a while: %s", (_, expiresAt, minutesOfUse) => {
  expect(useMs(expiresAt, noon)).toBe(minutes(minutesOfUse));
});

function tokens({ mint, lifeMs = minutes(60) }: Partial<InstallationTokensOptions> & { lifeMs?: number } = {}) {
  const world = { now: noon, minted: 0, pauses: [] as number[] };
  const subject = installationTokens({
    mint:
      mint ?? (async () => ({ token: `t${++world.minted}`, expiresAt: new Date(world.now + lifeMs).toISOString() })),
    now: () => world.now,
    pause: async (milliseconds) => world.pauses.push(milliseconds),
  });
  return { world, subject };
}

describe("the tokens of an installation", () => {
  test("are made when needed, once, and renewed before they run out", async () => {
    const { world, subject } = tokens();
    expect(world.minted).toBe(0);
    expect(await Promise.all([subject.current(), subject.current()])).toEqual(["t1", "t1"]);
    world.now += minutes(55) - 1;
    expect(await subject.current()).toBe("t1");
    world.now += 1;
    expect(await Promise.all([subject.current(), subject.current()])).toEqual(["t2", "t2"]);
  });

  test("are replaced when GitHub refuses one, once for all who were refused", async () => {
    const { world, subject } = tokens();
    await subject.current();
    world.now += minutes(1);
    expect(await Promise.all([subject.after("t1"), subject.after("t1")])).toEqual(["t2", "t2"]);
    expect(await subject.after("t1")).toBe("t2");
    expect(world).toMatchObject({ minted: 2, pauses: [] });
  });

  test("that were just made get a moment: GitHub may not know them everywhere yet", async () => {
    const { world, subject } = tokens();
    await subject.current();
    world.now += 4_999;
    expect(await subject.after("t1")).toBe("t1");
    expect(world).toMatchObject({ minted: 1, pauses: [1_000] });
    // Once: what is refused then is no good.
    expect(await subject.after("t1")).toBe("t2");
  });

  test("are asked for anew after a failure", async () => {
    const answers = [() => Promise.reject(new Error("down")), async () => ({ token: "t", expiresAt: "" })];
    const { subject } = tokens({ mint: () => (answers.shift() ?? (() => Promise.reject(new Error("no more"))))() });
    await expect(subject.current()).rejects.toThrow("down");
    expect(await subject.current()).toBe("t");
  });
});
