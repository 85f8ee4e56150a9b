import { expect, test } from "vitest";
import { fuzzServe, fuzzSockets } from "../testing/fuzz-serve.ts";
import { startServeKit } from "../testing/serve-kit.ts";

/** FROUSSARD_FUZZ_SEED repeats a run, which prints its seed; FROUSSARD_FUZZ_COUNT makes it shorter or longer. */
const seed = Number(process.env["FROUSSARD_FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const count = Number(process.env["FROUSSARD_FUZZ_COUNT"] ?? 100_000);

test("of 100,000 signed deliveries at random none brings it down, and none publishes what is not in the contract", async () => {
  const kit = await startServeKit();
  try {
    const { answers, tasks } = await fuzzServe(kit, count, seed);
    console.info(`fuzz: seed ${seed}, ${count} deliveries, answers ${JSON.stringify(answers)}, ${tasks} tasks`);
    expect(tasks).toBeGreaterThan(count / 20);
    await fuzzSockets(kit, count / 10, seed);
    expect((await kit.send({ event: "ping" })).status).toBe(202);
  } finally {
    await kit.serving.stop(0);
  }
}, 1_800_000);
