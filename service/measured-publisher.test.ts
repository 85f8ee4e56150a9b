import { expect, test } from "vitest";
import { measuredPublisher } from "./measured-publisher.ts";
import { Metrics } from "./metrics.ts";

async function publish(outcome: () => Promise<void>): Promise<{ metrics: Metrics; error: unknown }> {
  const metrics = new Metrics();
  const publisher = measuredPublisher({ publish: outcome, close: async () => {} }, metrics);
  const error = await publisher.publish([]).catch((thrown: unknown) => thrown);
  return { metrics, error };
}

const counts = async (metrics: Metrics) =>
  (await metrics.publishSeconds.get()).values
    .filter(({ metricName }) => metricName === "froussard_publish_duration_seconds_count")
    .map(({ labels, value }) => [labels.result, value]);

test("times a publication that became durable", async () => {
  const { metrics, error } = await publish(async () => {});
  expect(error).toBeUndefined();
  expect(await counts(metrics)).toEqual([["ok", 1]]);
  expect((await metrics.publishErrors.get()).values).toEqual([]);
});

test.each([
  ["its code", Object.assign(new Error("no"), { code: "PLT_KFK_TIMEOUT" }), "PLT_KFK_TIMEOUT"],
  [
    "the code of its cause",
    new Error("no", { cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) }),
    "ECONNREFUSED",
  ],
  ["nothing when it has none", new Error("issue `rm -rf /` of octocat"), "other"],
  ["nothing when the code is a text", Object.assign(new Error("no"), { code: 'a "b" c' }), "other"],
  ["nothing when it is no error", "refused", "other"],
])("counts a failure under %s, and passes it on", async (_, thrown, code) => {
  const { metrics, error } = await publish(() => Promise.reject(thrown));
  expect(error).toBe(thrown);
  expect(await counts(metrics)).toEqual([["failed", 1]]);
  expect((await metrics.publishErrors.get()).values).toEqual([{ labels: { code }, value: 1 }]);
});
