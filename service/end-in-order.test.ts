import { expect, test } from "vitest";
import { endInOrder } from "./end-in-order.ts";

const logged: string[] = [];
const note = (_: object, message: string) => void logged.push(message);
const log = { debug: note, info: note, warn: note, error: note };

test("things are ended one after the other, each with a part of the time that is left", async () => {
  const times: [string, number][] = [];
  const ending = (name: string) => ({ name, end: async (ms: number) => void times.push([name, ms]) });
  expect(await endInOrder([ending("requests"), ending("publisher")], 1_000, log)).toBe(true);
  expect(times.map(([name]) => name)).toEqual(["requests", "publisher"]);
  for (const [, ms] of times) expect(ms).toBeLessThanOrEqual(750);
});

test.each<[string, () => Promise<unknown>, RegExp]>([
  ["cuts what it has in hand", async () => false, /^cut: requests$/],
  ["fails", () => Promise.reject(new Error("no")), /^not ended in order: requests$/],
  ["hangs", () => new Promise(() => {}), /^not ended in order: requests$/],
])("something that %s is told, and the rest is ended all the same", async (_, end, words) => {
  logged.length = 0;
  let closed = false;
  const publisher = {
    name: "publisher",
    end: async () => {
      closed = true;
    },
  };
  expect(await endInOrder([{ name: "requests", end }, publisher], 40, log)).toBe(false);
  expect(closed).toBe(true);
  expect(logged).toEqual([expect.stringMatching(words)]);
});
