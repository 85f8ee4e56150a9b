import { afterEach, beforeEach, expect, test } from "vitest";
import { fuzzServe, fuzzSockets } from "../testing/fuzz-serve.ts";
import { type ServeKit, startServeKit } from "../testing/serve-kit.ts";

let kit: ServeKit;
beforeEach(async () => {
  kit = await startServeKit();
});
afterEach(() => kit.serving.stop(0));

const seed = Math.floor(Math.random() * 2 ** 31);

test("of 2,000 signed deliveries at random none brings it down, and none publishes what is not in the contract", async () => {
  const { answers, tasks } = await fuzzServe(kit, 2_000, seed);
  // Otherwise nothing would have been tried.
  expect(tasks, `seed ${seed}`).toBeGreaterThan(100);
  expect(answers[400], `seed ${seed}`).toBeGreaterThan(100);
}, 120_000);

test("400 requests that are hardly HTTP leave it serving", async () => {
  await fuzzSockets(kit, 400, seed);
  expect((await kit.send({ event: "ping" })).status, `seed ${seed}`).toBe(202);
});
